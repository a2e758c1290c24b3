import { Alert, Button, Modal, Stack, Text, Textarea } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { queryClient } from "../../app/query.ts";
import { useMay } from "../../app/session.ts";
import { sayDone } from "../../app/toasts.tsx";
import { api, newKey, take } from "../../api/client.ts";
import type { BackupDetail } from "../../api/types.ts";
import { stampText } from "../../parts/format.ts";
import { Icon } from "../../parts/icons.tsx";
import { Failed } from "../../parts/page.tsx";
import { t } from "../../texts/index.ts";
import { HeldBy } from "../holds/held.tsx";

/** A header carries plain ASCII only. */
const headerText = (text: string) => (/^[ -~]*$/.test(text) ? text : encodeURI(text));

/** Deletes a backup, or says why nobody can now. */
export function DeleteDialog({ backup, close }: { backup: BackupDetail; close: () => void }) {
  const [reason, setReason] = useState("");
  const may_bypass = useMay("locks:bypass");
  const locked = backup.lock_until !== null && Date.parse(backup.lock_until) > Date.now();
  const governed = locked && backup.lock_mode === "GOVERNANCE";
  const immutable = locked && !governed;
  const remove = useMutation({
    mutationFn: async () => {
      const path = { id: backup.id };
      const headers = reason.trim() === "" ? {} : { "x-reason": headerText(reason.trim()) };
      return (await take(
        governed
          ? api.POST("/v1/backups/{id}/bypass-delete", {
              params: { path, header: newKey() },
              body: { reason: reason.trim() },
            })
          : api.DELETE("/v1/backups/{id}", { params: { path }, headers }),
      )) as { readonly approval_id?: string };
    },
    onSuccess: ({ approval_id }) => {
      sayDone(approval_id === undefined ? t.backups.delete_done : t.backups.asked_second);
      for (const key of ["backups", "approvals"]) void queryClient.invalidateQueries({ queryKey: [key] });
      close();
    },
  });
  return (
    <Modal opened onClose={close} title={t.backups.delete_title} closeButtonProps={{ "aria-label": t.common.close }}>
      <Stack>
        {locked && backup.lock_until !== null ? (
          <Alert color="yellow" variant="outline" icon={<Icon name="lock" />}>
            {immutable
              ? t.backups.immutable(stampText(backup.lock_until))
              : t.backups.governed(stampText(backup.lock_until))}
          </Alert>
        ) : (
          <Text size="sm">{t.backups.delete_lead}</Text>
        )}
        <HeldBy workload_id={backup.workload_id} backup_id={backup.id} />
        {!immutable && (
          <Textarea
            label={governed ? t.holds.reason : `${t.holds.reason} (${t.common.optional})`}
            description={t.holds.reason_hint}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            required={governed}
            autosize
          />
        )}
        {remove.error !== null && <Failed error={remove.error} />}
        <Button
          color="red"
          disabled={immutable || (governed && (!may_bypass || reason.trim() === ""))}
          loading={remove.isPending}
          onClick={() => remove.mutate()}
        >
          {governed ? t.backups.bypass : t.backups.delete}
        </Button>
      </Stack>
    </Modal>
  );
}
