import { Button, Code, Group, Stack, Text } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { IfMay } from "../../app/may.tsx";
import { api, newKey, take } from "../../api/client.ts";
import { identityProvidersQuery } from "../../api/queries-watch.ts";
import type { Answer, ItemOf } from "../../api/types.ts";
import { countText } from "../../parts/format.ts";
import { Icon } from "../../parts/icons.tsx";
import { Answered, Command, Empty, Facts, Failed, Panel } from "../../parts/page.tsx";
import { Rows } from "../../parts/rows.tsx";
import { t } from "../../texts/index.ts";
import { GrantDialog, useTakeBack } from "./grants.tsx";
import { TabHead } from "./head.tsx";

type Settings = ItemOf<"/v1/identity-providers">;
type GroupRow = Answer<"/v1/identity-providers">["groups"][number];

const EXAMPLE = `oidc:
  name: Company
  issuer: https://login.example.com/realms/main
  client_id: holdfast
  client_secret: file:/etc/holdfast/oidc-secret
  public_url: ${window.location.origin}
  groups_claim: groups
  required_groups: backup-users, operators
`;

/** With whom people sign in, and what the groups it tells are good for. */
export function Provider() {
  const query = useQuery(identityProvidersQuery());
  return (
    <>
      <TabHead lead={t.access.provider_lead} />
      <Stack gap="sm">
        <Answered query={query} rows={8}>
          {({ items, groups }) => (
            <>
              {items.length === 0 && (
                <Panel>
                  <Empty icon="people" title={t.access.no_provider}>
                    {t.access.no_provider_more}
                  </Empty>
                  <Code block tabIndex={0}>
                    {EXAMPLE}
                  </Code>
                </Panel>
              )}
              {items.map((provider) => (
                <ProviderPanel key={provider.issuer} provider={provider} />
              ))}
              <Mapping groups={groups} />
            </>
          )}
        </Answered>
      </Stack>
    </>
  );
}

function ProviderPanel({ provider }: { provider: Settings }) {
  const probe = useMutation({
    mutationFn: () => take(api.POST("/v1/identity-providers/test", { params: { header: newKey() } })),
  });
  return (
    <Panel
      title={provider.name}
      aside={
        <IfMay scope="access:write">
          <Button variant="default" loading={probe.isPending} onClick={() => probe.mutate()}>
            {t.access.probe}
          </Button>
        </IfMay>
      }
    >
      <Facts
        rows={[
          [
            t.access.issuer,
            <span key="i" className="hf-mono hf-wrap">
              {provider.issuer}
            </span>,
            "wide",
          ],
          [
            t.access.client_id,
            <span key="c" className="hf-mono">
              {provider.client_id}
            </span>,
          ],
          [t.access.client_secret, provider.has_secret ? t.access.secret_set : t.access.secret_unset],
          [t.access.redirect_uri, <Command key="r">{provider.redirect_uri}</Command>, "wide"],
          [
            t.access.groups_claim,
            <span key="g" className="hf-mono">
              {provider.groups_claim}
            </span>,
          ],
          [
            t.access.required_groups,
            provider.required_groups.length === 0 ? t.access.everyone : provider.required_groups.join(", "),
          ],
        ]}
      />
      <div role="status">
        {probe.data !== undefined && (
          <Text size="sm" c="var(--hf-good)">
            <Icon name="check" size={13} /> {t.access.probed(probe.data.issuer)}
          </Text>
        )}
        {probe.error !== null && <Failed error={probe.error} />}
      </div>
    </Panel>
  );
}

function Mapping({ groups }: { groups: readonly GroupRow[] }) {
  const [granting, setGranting] = useState<string | null>(null);
  const take_back = useTakeBack();
  return (
    <Panel title={t.access.mapping} flush>
      <Text size="sm" c="dimmed" p="sm" pb={0}>
        {t.access.mapping_lead}
      </Text>
      <Rows
        label={t.access.mapping}
        items={groups}
        rowKey={({ name }) => name}
        none={t.access.no_groups}
        least={520}
        columns={[
          { title: t.access.group, cell: ({ name }) => <strong>{name}</strong> },
          { title: t.access.members, end: true, cell: ({ people }) => countText(people) },
          {
            title: t.access.role,
            cell: ({ roles, name }) =>
              roles.length === 0
                ? t.access.no_role
                : roles.map(({ binding_id, role, project_name }) => (
                    <Group key={binding_id} gap="xs">
                      <span>
                        {role}, {project_name ?? t.access.everywhere}
                      </span>
                      <IfMay scope="access:write">
                        <Button
                          variant="subtle"
                          size="compact-xs"
                          onClick={() => take_back.mutate(binding_id)}
                          aria-label={`${t.access.take_back}: ${role}, ${name}`}
                        >
                          {t.access.take_back}
                        </Button>
                      </IfMay>
                    </Group>
                  )),
          },
          {
            title: "",
            end: true,
            cell: ({ name }) => (
              <IfMay scope="access:write">
                <Button variant="default" onClick={() => setGranting(name)} aria-label={`${t.access.grant}: ${name}`}>
                  {t.access.grant}
                </Button>
              </IfMay>
            ),
          },
        ]}
      />
      {granting !== null && <GrantDialog group={granting} close={() => setGranting(null)} />}
    </Panel>
  );
}
