import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { rolesQuery } from "../../api/queries-watch.ts";
import { Answered, Panel } from "../../parts/page.tsx";
import { Rows } from "../../parts/rows.tsx";
import { Chip } from "../../parts/state.tsx";
import { t } from "../../texts/index.ts";

export function Roles() {
  const query = useQuery(rolesQuery());
  return (
    <Panel title={t.access.roles} flush>
      <Answered query={query}>
        {({ items }) => (
          <Rows
            label={t.access.roles}
            items={items}
            rowKey={({ name }) => name}
            none={t.common.none}
            columns={[
              {
                title: t.access.role,
                cell: (role) => (
                  <>
                    <strong>{role.name}</strong> {role.builtin && <Chip>{t.access.built_in}</Chip>}
                    <Text size="xs" c="dimmed">
                      {role.description}
                    </Text>
                  </>
                ),
              },
              {
                title: t.access.permissions,
                cell: (role) => <span className="hf-mono hf-wrap">{role.permissions.join(", ")}</span>,
              },
            ]}
          />
        )}
      </Answered>
    </Panel>
  );
}
