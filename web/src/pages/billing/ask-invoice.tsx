import { Button, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { queryClient } from "../../app/query.ts";
import { sayDone } from "../../app/toasts.tsx";
import { api, newKey, take } from "../../api/client.ts";
import type { Answer } from "../../api/types.ts";
import { Failed } from "../../parts/page.tsx";
import { ProjectSelect } from "../../parts/project-select.tsx";
import { t } from "../../texts/index.ts";
import { InvoiceLines } from "./lines.tsx";

/** The month before this one, in UTC. */
function lastMonth(): string {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 1)).toISOString().slice(0, 7);
}

/** Shows what an invoice would be, then makes it. */
export function AskInvoice({ close }: { close: () => void }) {
  const navigate = useNavigate();
  const [project, setProject] = useState<string | null>(null);
  const [month, setMonth] = useState(lastMonth);
  const ask = async (dry_run: boolean) =>
    (await take(
      api.POST("/v1/invoices", {
        params: dry_run ? { query: { dry_run: "true" } } : { header: newKey() },
        body: { project: project ?? "", month },
      }),
    )) as Answer<"/v1/invoices/{id}">;
  const preview = useMutation({ mutationFn: () => ask(true) });
  const make = useMutation({
    mutationFn: () => ask(false),
    onSuccess: ({ id, number }) => {
      sayDone(t.billing.made, t.billing.invoice(number));
      void queryClient.invalidateQueries({ queryKey: ["invoices"] });
      void navigate({ to: `/invoices/${id}` as never });
    },
  });
  const error = make.error ?? preview.error;
  return (
    <Modal opened onClose={close} size="xl" title={t.billing.make} closeButtonProps={{ "aria-label": t.common.close }}>
      <Stack>
        <Text size="sm">{t.billing.make_lead}</Text>
        <ProjectSelect
          value={project}
          onChange={(next) => {
            setProject(next);
            preview.reset();
          }}
          required
          autofocus
        />
        <TextInput
          type="month"
          label={t.billing.month}
          value={month}
          onChange={(event) => {
            setMonth(event.currentTarget.value);
            preview.reset();
          }}
        />
        {error !== null && <Failed error={error} />}
        {preview.data === undefined ? (
          <Button disabled={project === null} loading={preview.isPending} onClick={() => preview.mutate()}>
            {t.billing.preview}
          </Button>
        ) : (
          <>
            <InvoiceLines invoice={preview.data} />
            <Button loading={make.isPending} onClick={() => make.mutate()}>
              {t.billing.make}
            </Button>
          </>
        )}
      </Stack>
    </Modal>
  );
}
