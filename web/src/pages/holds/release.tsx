import { Button, Modal, Stack, Text, Textarea } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { MayOrWhy } from "../../app/may.tsx";
import { queryClient } from "../../app/query.ts";
import { sayDone } from "../../app/toasts.tsx";
import { api, newKey, take } from "../../api/client.ts";
import type { ItemOf } from "../../api/types.ts";
import { Failed } from "../../parts/page.tsx";
import { t } from "../../texts/index.ts";

const renew = () => {
  for (const key of ["holds", "backups"]) void queryClient.invalidateQueries({ queryKey: [key] });
};

export function ReleaseButton({ hold }: { hold: ItemOf<"/v1/holds"> }) {
  const [asking, { open, close }] = useDisclosure(false);
  return (
    <>
      <MayOrWhy scope="holds:release">
        {(allowed) => (
          <Button variant="default" disabled={!allowed} onClick={open}>
            {t.holds.release}
          </Button>
        )}
      </MayOrWhy>
      {asking && (
        <WithReason
          title={t.holds.release_title}
          lead={t.holds.release_lead}
          button={t.holds.release}
          close={close}
          run={async (reason) => {
            const params = { path: { id: hold.id }, header: newKey() };
            await take(api.POST("/v1/holds/{id}/release", { params, body: { reason } }));
            sayDone(t.holds.released_done);
          }}
        />
      )}
    </>
  );
}

/** Sets a hold on a backup, or on all backups of a workload. */
export function HoldButton({ of, lead }: { of: { backup_id: string } | { workload: string }; lead: string }) {
  const [asking, { open, close }] = useDisclosure(false);
  return (
    <>
      <Button variant="default" onClick={open}>
        {t.holds.on_backup}
      </Button>
      {asking && (
        <WithReason
          title={t.holds.set}
          lead={lead}
          button={t.holds.set}
          close={close}
          run={async (reason) => {
            await take(api.POST("/v1/holds", { params: { header: newKey() }, body: { ...of, reason } }));
            sayDone(t.holds.set_done);
          }}
        />
      )}
    </>
  );
}

function WithReason(props: {
  title: string;
  lead: string;
  button: string;
  close: () => void;
  run: (reason: string) => Promise<void>;
}) {
  const [reason, setReason] = useState("");
  const run = useMutation({
    mutationFn: () => props.run(reason.trim()),
    onSuccess: () => {
      renew();
      props.close();
    },
  });
  return (
    <Modal opened onClose={props.close} title={props.title} closeButtonProps={{ "aria-label": t.common.close }}>
      <Stack>
        <Text size="sm">{props.lead}</Text>
        <Textarea
          label={t.holds.reason}
          description={t.holds.reason_hint}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          autosize
          minRows={2}
          required
        />
        {run.error !== null && <Failed error={run.error} />}
        <Button disabled={reason.trim() === ""} loading={run.isPending} onClick={() => run.mutate()}>
          {props.button}
        </Button>
      </Stack>
    </Modal>
  );
}
