import { Button, Modal, NumberInput, Stack, TagsInput, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { queryClient } from "../../app/query.ts";
import { sayDone } from "../../app/toasts.tsx";
import { api, newKey, take } from "../../api/client.ts";
import { AskRemoval } from "../../parts/ask-removal.tsx";
import { Command, Failed } from "../../parts/page.tsx";
import { t } from "../../texts/index.ts";

const DAY_MS = 86_400_000;
const renew = () => void queryClient.invalidateQueries({ queryKey: ["tokens"] });

/** The secret is shown once, here, and is gone with the dialog. */
export function NewToken({ owner, close }: { owner?: { id: string; name: string }; close: () => void }) {
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<string[]>([]);
  const [days, setDays] = useState<string | number>(90);
  const make = useMutation({
    mutationFn: () =>
      take(
        api.POST("/v1/tokens", {
          params: { header: newKey() },
          body: {
            name,
            scopes,
            ...(owner === undefined ? {} : { owner: owner.id }),
            expires_at: new Date(Date.now() + Number(days) * DAY_MS).toISOString(),
          },
        }),
      ),
    onSuccess: renew,
  });
  const secret = make.data?.secret ?? null;
  return (
    <Modal
      opened
      onClose={close}
      title={
        secret !== null
          ? t.access.secret_title
          : owner === undefined
            ? t.access.new_token
            : `${t.access.new_token}: ${owner.name}`
      }
      closeButtonProps={{ "aria-label": t.common.close }}
      closeOnClickOutside={secret === null}
    >
      {secret === null ? (
        <Stack>
          <TextInput
            label={t.access.name}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            data-autofocus
          />
          <TagsInput
            label={t.access.scopes}
            description={owner === undefined ? t.access.scopes_hint : t.access.scopes_of_owner}
            value={scopes}
            onChange={setScopes}
          />
          <NumberInput label={t.access.days} min={1} max={3650} value={days} onChange={setDays} />
          {make.error !== null && <Failed error={make.error} />}
          <Button
            disabled={name === "" || (owner === undefined && scopes.length === 0)}
            loading={make.isPending}
            onClick={() => make.mutate()}
          >
            {t.access.new_token}
          </Button>
        </Stack>
      ) : (
        <Stack>
          <Text size="sm">{t.access.secret_lead}</Text>
          <Command>{secret}</Command>
          <Button onClick={close}>{t.common.close}</Button>
        </Stack>
      )}
    </Modal>
  );
}

export function RevokeToken({ token, close }: { token: { id: string; name: string }; close: () => void }) {
  return (
    <AskRemoval
      title={t.access.revoke_title(token.name)}
      lead={t.access.revoke_lead}
      button={t.access.revoke}
      remove={() => take(api.DELETE("/v1/tokens/{id}", { params: { path: { id: token.id } } }))}
      done={() => {
        sayDone(t.access.revoked, token.name);
        renew();
      }}
      close={close}
    />
  );
}
