import { Button, Modal, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { t } from "../texts/index.ts";
import { Failed } from "./page.tsx";

/** Asks once more before something is taken away: what ends with it, and one red button that says what it does. */
export function AskRemoval(props: {
  title: string;
  lead: string;
  button: string;
  remove: () => Promise<unknown>;
  /** Says so and asks for the lists anew. */
  done: () => void;
  close: () => void;
}) {
  const { close, done } = props;
  const removal = useMutation({
    mutationFn: props.remove,
    onSuccess: () => {
      done();
      close();
    },
  });
  return (
    <Modal opened onClose={close} title={props.title} closeButtonProps={{ "aria-label": t.common.close }}>
      <Stack>
        <Text size="sm">{props.lead}</Text>
        {removal.error !== null && <Failed error={removal.error} />}
        <Button color="red" loading={removal.isPending} onClick={() => removal.mutate()}>
          {props.button}
        </Button>
      </Stack>
    </Modal>
  );
}
