import { Button, Modal, PasswordInput, SegmentedControl, Stack, TagsInput, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useAddress } from "../../app/address.ts";
import { IfMay } from "../../app/may.tsx";
import { queryClient } from "../../app/query.ts";
import { sayDone, sayFailed } from "../../app/toasts.tsx";
import { api, newKey, take } from "../../api/client.ts";
import { usersQuery } from "../../api/queries-watch.ts";
import type { ItemOf } from "../../api/types.ts";
import { Icon } from "../../parts/icons.tsx";
import { Answered, Empty, Failed, Panel } from "../../parts/page.tsx";
import { Rows } from "../../parts/rows.tsx";
import { Chip } from "../../parts/state.tsx";
import { Ago } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";
import { TabHead } from "./head.tsx";
import { NewToken } from "./new-token.tsx";

type User = ItemOf<"/v1/users">;
const renew = () => void queryClient.invalidateQueries({ queryKey: ["users"] });

export function People() {
  const query = useQuery(usersQuery());
  const [{ ask }, set] = useAddress<"ask">();
  const [owner, setOwner] = useState<User | null>(null);
  const add = (
    <IfMay scope="access:write">
      <Button leftSection={<Icon name="plus" size={14} />} onClick={() => set({ ask: "account" })}>
        {t.access.new_account}
      </Button>
    </IfMay>
  );
  return (
    <>
      <TabHead lead={t.access.people_lead} action={add} />
      <Panel title={t.access.users} flush>
        <Answered query={query}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty icon="people" title={t.access.no_users}>
                {t.access.no_users_more}
              </Empty>
            ) : (
              <Rows
                label={t.access.users}
                items={items}
                rowKey={({ id }) => id}
                none={t.common.none}
                least={680}
                columns={[
                  {
                    title: t.access.name,
                    cell: (user) => (
                      <>
                        <strong>{user.name}</strong> {user.disabled && <Chip tone="warn">{t.access.disabled}</Chip>}
                      </>
                    ),
                  },
                  { title: t.access.kind, cell: (user) => t.access.kinds[user.kind] ?? user.kind },
                  { title: t.access.groups, cell: (user) => user.groups.join(", ") || "–" },
                  {
                    title: t.access.second_factor,
                    cell: (user) => (user.kind === "local" ? (user.totp ? t.access.on : t.access.off) : "–"),
                  },
                  { title: t.access.last_sign_in, cell: (user) => <Ago at={user.last_login_at} /> },
                  {
                    title: "",
                    end: true,
                    cell: (user) => <Actions user={user} token={() => setOwner(user)} />,
                  },
                ]}
              />
            )
          }
        </Answered>
      </Panel>
      {ask === "account" && <NewAccount close={() => set({ ask: undefined })} />}
      {owner !== null && <NewToken owner={owner} close={() => setOwner(null)} />}
    </>
  );
}

function Actions({ user, token }: { user: User; token: () => void }) {
  const change = useMutation({
    mutationFn: (disabled: boolean) =>
      take(api.PATCH("/v1/users/{id}", { params: { path: { id: user.id } }, body: { disabled } })),
    onSuccess: ({ disabled }) => {
      sayDone(disabled ? t.access.was_disabled(user.name) : t.access.was_enabled(user.name));
      renew();
    },
    onError: (error) => sayFailed(user.disabled ? t.access.enable : t.access.disable, error),
  });
  return (
    <IfMay scope="access:write">
      <Button.Group style={{ justifyContent: "flex-end" }}>
        {user.kind === "service" && !user.disabled && (
          <Button variant="default" onClick={token} aria-label={`${t.access.new_token_for}: ${user.name}`}>
            {t.access.new_token_for}
          </Button>
        )}
        <Button
          variant="default"
          loading={change.isPending}
          onClick={() => change.mutate(!user.disabled)}
          aria-label={`${user.disabled ? t.access.enable : t.access.disable}: ${user.name}`}
        >
          {user.disabled ? t.access.enable : t.access.disable}
        </Button>
      </Button.Group>
    </IfMay>
  );
}

function NewAccount({ close }: { close: () => void }) {
  const [kind, setKind] = useState<"local" | "service">("local");
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [groups, setGroups] = useState<string[]>([]);
  const make = useMutation({
    mutationFn: () =>
      take(
        api.POST("/v1/users", {
          params: { header: newKey() },
          body: { name, kind, groups, ...(kind === "local" ? { password } : {}) },
        }),
      ),
    onSuccess: (made) => {
      sayDone(t.access.account_made, made.name);
      renew();
      close();
    },
  });
  return (
    <Modal opened onClose={close} title={t.access.new_account} closeButtonProps={{ "aria-label": t.common.close }}>
      <Stack>
        <SegmentedControl
          aria-label={t.access.account_kind}
          data={[
            { value: "local", label: t.access.kinds["local"] ?? "" },
            { value: "service", label: t.access.kinds["service"] ?? "" },
          ]}
          value={kind}
          onChange={(next) => setKind(next === "service" ? "service" : "local")}
        />
        <TextInput
          label={t.access.name}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
        />
        {kind === "local" && (
          <PasswordInput
            size="xs"
            label={t.access.password}
            description={t.access.password_hint}
            value={password}
            autoComplete="new-password"
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
        )}
        <TagsInput label={t.access.groups} description={t.access.groups_hint} value={groups} onChange={setGroups} />
        {make.error !== null && <Failed error={make.error} />}
        <Button
          disabled={name === "" || (kind === "local" && password === "")}
          loading={make.isPending}
          onClick={() => make.mutate()}
        >
          {t.access.new_account}
        </Button>
      </Stack>
    </Modal>
  );
}
