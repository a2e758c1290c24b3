import { Button, Modal, Stack, Table, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { knowsPasskeys, makePasskey } from "../../app/passkey.ts";
import { queryClient } from "../../app/query.ts";
import { useSession } from "../../app/session.ts";
import { sayDone } from "../../app/toasts.tsx";
import { api, newKey, take } from "../../api/client.ts";
import { passkeysQuery } from "../../api/queries-watch.ts";
import type { Answer } from "../../api/types.ts";
import { Icon } from "../../parts/icons.tsx";
import { Answered, Facts, PageHead, Panel } from "../../parts/page.tsx";
import { Ago } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";
import { Authenticator } from "./authenticator.tsx";
import { Password, Told } from "./password.tsx";

type Passkey = Answer<"/v1/me/passkeys">["items"][number];

const renew = () => void queryClient.invalidateQueries({ queryKey: ["passkeys"] });

/** Who one is here, and what one signs in with. */
export function AccountPage() {
  const session = useSession();
  const [adding, setAdding] = useState(false);
  const [leaving, setLeaving] = useState<Passkey | null>(null);
  if (session.status !== "in") return null;
  const { me } = session;
  const can_add = me.kind === "user" && knowsPasskeys();
  return (
    <>
      <PageHead
        title={t.account.title}
        lead={me.display_name}
        actions={
          can_add && (
            <Button leftSection={<Icon name="plus" size={14} />} onClick={() => setAdding(true)}>
              {t.account.add}
            </Button>
          )
        }
      />
      <Stack gap="sm">
        <Panel title={t.account.name}>
          <Facts
            rows={[
              [t.account.name, me.name],
              [t.account.kind, me.kind.replaceAll("_", " ")],
              [t.account.groups, me.groups.join(", ") || "–"],
            ]}
          />
        </Panel>
        {me.kind === "user" && <Authenticator me={me} csrf_token={session.csrf_token} />}
        <Panel title={t.account.passkeys}>
          <Text size="sm" c="dimmed" pb="xs">
            {me.kind !== "user"
              ? t.account.not_local
              : knowsPasskeys()
                ? t.account.passkeys_lead
                : t.account.no_browser}
          </Text>
          {me.kind === "user" && <Passkeys remove={setLeaving} />}
        </Panel>
      </Stack>
      {adding && <NewPasskey close={() => setAdding(false)} />}
      {leaving !== null && <RemovePasskey passkey={leaving} close={() => setLeaving(null)} />}
    </>
  );
}

function Passkeys({ remove }: { remove: (passkey: Passkey) => void }) {
  const passkeys = useQuery(passkeysQuery());
  return (
    <Answered query={passkeys}>
      {({ items }) =>
        items.length === 0 ? (
          <Text size="sm">{t.account.no_passkeys}</Text>
        ) : (
          <Table>
            <Table.Thead>
              <Table.Tr>
                {[t.account.name, t.account.made, t.account.used, t.account.action].map((head) => (
                  <Table.Th key={head}>{head}</Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {items.map((item) => (
                <Table.Tr key={item.id}>
                  <Table.Td>{item.name}</Table.Td>
                  <Table.Td>
                    <Ago at={item.created_at} />
                  </Table.Td>
                  <Table.Td>{item.last_used_at === null ? t.account.never : <Ago at={item.last_used_at} />}</Table.Td>
                  <Table.Td>
                    <Button
                      variant="default"
                      aria-label={t.account.remove_title(item.name)}
                      onClick={() => remove(item)}
                    >
                      {t.account.remove}
                    </Button>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )
      }
    </Answered>
  );
}

function NewPasskey({ close }: { close: () => void }) {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const make = useMutation({
    mutationFn: () => makePasskey(name.trim(), password),
    onSuccess: (made) => {
      renew();
      sayDone(t.account.added(made.name));
      close();
    },
  });
  return (
    <Modal opened onClose={close} title={t.account.add} closeButtonProps={{ "aria-label": t.common.close }}>
      <Stack>
        <TextInput
          label={t.account.key_name}
          description={t.account.key_hint}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
        />
        <Password value={password} change={setPassword} />
        {make.error !== null && <Told error={make.error} />}
        <Button disabled={name.trim() === "" || password === ""} loading={make.isPending} onClick={() => make.mutate()}>
          {t.account.add}
        </Button>
      </Stack>
    </Modal>
  );
}

function RemovePasskey({ passkey, close }: { passkey: Passkey; close: () => void }) {
  const [password, setPassword] = useState("");
  const remove = useMutation({
    mutationFn: () =>
      take(
        api.POST("/v1/me/passkeys/{id}/remove", {
          params: { path: { id: passkey.id }, header: newKey() },
          body: { password },
        }),
      ),
    onSuccess: () => {
      renew();
      sayDone(t.account.removed(passkey.name));
      close();
    },
  });
  return (
    <Modal
      opened
      onClose={close}
      title={t.account.remove_title(passkey.name)}
      closeButtonProps={{ "aria-label": t.common.close }}
    >
      <Stack>
        <Text size="sm">{t.account.remove_lead}</Text>
        <Password value={password} change={setPassword} />
        {remove.error !== null && <Told error={remove.error} />}
        <Button color="red" disabled={password === ""} loading={remove.isPending} onClick={() => remove.mutate()}>
          {t.account.remove}
        </Button>
      </Stack>
    </Modal>
  );
}
