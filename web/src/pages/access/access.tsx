import { Button, Stack, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { IfMay } from "../../app/may.tsx";
import { bindingsQuery, rolesQuery, tokensQuery, usersQuery } from "../../api/queries-watch.ts";
import type { ItemOf } from "../../api/types.ts";
import { Icon } from "../../parts/icons.tsx";
import { Answered, PageHead, Panel } from "../../parts/page.tsx";
import { Chip } from "../../parts/state.tsx";
import { Tags } from "../../parts/tags.tsx";
import { Ago } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";
import { NewToken, RevokeToken } from "./tokens.tsx";

type Token = ItemOf<"/v1/tokens">;

export function AccessPage() {
  const tokens = useQuery(tokensQuery());
  const users = useQuery(usersQuery());
  const bindings = useQuery(bindingsQuery());
  const roles = useQuery(rolesQuery());
  const [making, setMaking] = useState(false);
  const [leaving, setLeaving] = useState<Token | null>(null);
  return (
    <>
      <PageHead
        title={t.access.title}
        lead={t.access.lead}
        actions={
          <IfMay scope="access:write">
            <Button leftSection={<Icon name="plus" size={14} />} onClick={() => setMaking(true)}>
              {t.access.new_token}
            </Button>
          </IfMay>
        }
      />
      <Stack gap="sm">
        <Panel title={t.access.tokens} flush>
          <Answered query={tokens}>{({ items }) => <Tokens items={items} revoke={setLeaving} />}</Answered>
        </Panel>
        <Panel title={t.access.users} flush>
          <Answered query={users}>
            {({ items }) => (
              <Plain
                heads={[t.access.name, t.access.kind, t.access.groups, t.access.last_used]}
                rows={items.map((user) => [
                  user.id,
                  <span key="n">
                    {user.name} {user.disabled && <Chip tone="warn">{t.access.disabled}</Chip>}
                  </span>,
                  user.kind,
                  user.groups.join(", ") || "–",
                  <Ago key="l" at={user.last_login_at} />,
                ])}
              />
            )}
          </Answered>
        </Panel>
        <Panel title={t.access.bindings} flush>
          <Answered query={bindings}>
            {({ items }) => (
              <Plain
                heads={[t.access.name, t.access.role, t.access.where, t.access.expires]}
                rows={items.map((it) => [
                  it.id,
                  `${it.subject_name} (${it.subject_type.replaceAll("_", " ")})`,
                  it.role,
                  <span key="w">
                    {it.project_name ?? t.access.everywhere} {it.tags !== null && <Tags tags={it.tags} />}
                  </span>,
                  it.expires_at === null ? t.access.never : <Ago key="e" at={it.expires_at} />,
                ])}
              />
            )}
          </Answered>
        </Panel>
        <Panel title={t.access.roles} flush>
          <Answered query={roles}>
            {({ items }) => (
              <Plain
                heads={[t.access.role, t.access.permissions]}
                rows={items.map((role) => [
                  role.name,
                  <span key="r">
                    <strong>{role.name}</strong> {role.builtin && <Chip>{t.access.built_in}</Chip>}
                    <Text size="xs" c="dimmed">
                      {role.description}
                    </Text>
                  </span>,
                  <span key="p" className="hf-mono">
                    {role.permissions.join(", ")}
                  </span>,
                ])}
              />
            )}
          </Answered>
        </Panel>
      </Stack>
      <NewToken opened={making} close={() => setMaking(false)} />
      {leaving !== null && <RevokeToken token={leaving} close={() => setLeaving(null)} />}
    </>
  );
}

/** A small table: heads, and rows that begin with their key. */
function Plain({ heads, rows }: { heads: readonly string[]; rows: readonly (readonly React.ReactNode[])[] }) {
  if (rows.length === 0) {
    return (
      <Text size="sm" c="dimmed" p="sm">
        {t.access.none}
      </Text>
    );
  }
  return (
    <Table.ScrollContainer minWidth={520}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            {heads.map((head) => (
              <Table.Th key={head}>{head}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(([key, ...cells]) => (
            <Table.Tr key={String(key)}>
              {cells.map((cell, index) => (
                <Table.Td key={heads[index]}>{cell}</Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Tokens({ items, revoke }: { items: readonly Token[]; revoke: (token: Token) => void }) {
  return (
    <Plain
      heads={[t.access.name, t.access.scopes, t.access.last_used, t.access.expires, t.access.revoke]}
      rows={items.map((token) => [
        token.id,
        <span key="n">
          {token.name} {token.user_name !== null && <Text span size="xs" c="dimmed">{`(${token.user_name})`}</Text>}
        </span>,
        <span key="s" className="hf-mono">
          {token.scopes.join(", ")}
        </span>,
        <Ago key="l" at={token.last_used_at} />,
        token.expires_at === null ? t.access.never : <Ago key="e" at={token.expires_at} />,
        token.revoked_at !== null ? (
          <Chip key="r">{t.access.is_revoked}</Chip>
        ) : (
          <IfMay key="r" scope="access:write">
            <Button variant="default" onClick={() => revoke(token)}>
              {t.access.revoke}
            </Button>
          </IfMay>
        ),
      ])}
    />
  );
}
