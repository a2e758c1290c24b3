import { Alert, Button, Group, Modal, NumberInput, Stack, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { queryClient } from "../../app/query.ts";
import { api, newKey, take } from "../../api/client.ts";
import { Icon } from "../../parts/icons.tsx";
import { Command, Failed } from "../../parts/page.tsx";
import { Stamp } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";

/** A token with which one host enrols; shown once, with the command to type there. */
export function AskToken({ close }: { close: () => void }) {
  const [name, setName] = useState("");
  const [minutes, setMinutes] = useState<string | number>(60);
  const [silence, setSilence] = useState<string | number>(60);
  const make = useMutation({
    mutationFn: () =>
      take(
        api.POST("/v1/agents/tokens", {
          params: { header: newKey() },
          body: { name, minutes: Number(minutes), silence_minutes: Number(silence) },
        }),
      ),
    onSuccess: () => void queryClient.invalidateQueries({ queryKey: ["agents"] }),
  });
  return (
    <Modal opened onClose={close} size="lg" title={t.agents.add} closeButtonProps={{ "aria-label": t.common.close }}>
      {make.data === undefined ? (
        <Stack>
          <TextInput
            label={t.agents.host}
            description={t.agents.host_hint}
            placeholder="web-1"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            data-autofocus
            required
          />
          <Group grow>
            <NumberInput label={t.agents.minutes} min={1} max={10_080} value={minutes} onChange={setMinutes} />
            <NumberInput label={t.agents.silence} min={1} max={100_000} value={silence} onChange={setSilence} />
          </Group>
          {make.error !== null && <Failed error={make.error} />}
          <Button disabled={name === ""} loading={make.isPending} onClick={() => make.mutate()}>
            {t.agents.make_token}
          </Button>
        </Stack>
      ) : (
        <Stack>
          <Alert color="yellow" variant="outline" icon={<Icon name="keys" />} title={t.access.secret_title}>
            {t.agents.token_lead} <Stamp at={make.data.expires_at} />
          </Alert>
          <Text size="sm">{t.agents.on_host(make.data.name)}</Text>
          <Command>
            {`baas agent enroll --server https://${window.location.hostname}:7443 --token ${make.data.token ?? ""}`}
          </Command>
          <Text size="sm">{t.agents.then}</Text>
          <Command>systemctl start holdfast-agent</Command>
        </Stack>
      )}
    </Modal>
  );
}
