import { Button, Modal, Stack, Text, Textarea } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { parse, stringify } from "yaml";
import { queryClient } from "../../app/query.ts";
import { sayDone } from "../../app/toasts.tsx";
import { api, newKey, take } from "../../api/client.ts";
import type { Answer } from "../../api/types.ts";
import { Failed } from "../../parts/page.tsx";
import { t } from "../../texts/index.ts";

const START = `people:
  - name: ada
    channels: [ada-mail]
rotations:
  - name: primary
    timezone: ${Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC"}
    start: ${new Date().toISOString().slice(0, 10)}
    handover: "09:00"
    layers:
      - members: [ada]
escalation:
  - steps:
      - notify: [rotation:primary]
        after: 15m
`;

/** All of it as text, as `baas oncall set` takes it. */
export default function ConfigDialog(props: { config: Answer<"/v1/oncall">["config"]; close: () => void }) {
  const rotations: unknown = props.config["rotations"];
  const filled = Array.isArray(rotations) && rotations.length > 0;
  const [text, setText] = useState(filled ? stringify(props.config, { lineWidth: 100 }) : START);
  const save = useMutation({
    mutationFn: () => {
      const config = parse(text) as Record<string, unknown>;
      return take(api.POST("/v1/oncall", { params: { header: newKey() }, body: { config } }));
    },
    onSuccess: () => {
      sayDone(t.oncall.edit_saved);
      void queryClient.invalidateQueries({ queryKey: ["oncall"] });
      props.close();
    },
  });
  return (
    <Modal
      opened
      onClose={props.close}
      title={t.oncall.edit}
      size="lg"
      closeButtonProps={{ "aria-label": t.common.close }}
    >
      <Stack>
        <Text size="sm" c="dimmed">
          {t.oncall.edit_lead}
        </Text>
        <Textarea
          aria-label={t.oncall.edit_label}
          data-autofocus
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          autosize
          minRows={12}
          maxRows={24}
          spellCheck={false}
          classNames={{ input: "hf-mono" }}
        />
        {save.error !== null && <Failed error={save.error} />}
        <Button loading={save.isPending} onClick={() => save.mutate()}>
          {t.oncall.edit_save}
        </Button>
      </Stack>
    </Modal>
  );
}
