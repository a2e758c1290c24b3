import { Tabs } from "@mantine/core";
import { useAddress } from "../../app/address.ts";
import { PageHead } from "../../parts/page.tsx";
import { t } from "../../texts/index.ts";
import { Grants } from "./grants.tsx";
import { People } from "./people.tsx";
import { Provider } from "./provider.tsx";
import { Roles } from "./roles.tsx";
import { Tokens } from "./tokens.tsx";

const TABS = [
  ["people", t.access.users, People],
  ["grants", t.access.bindings, Grants],
  ["roles", t.access.roles, Roles],
  ["tokens", t.access.tokens, Tokens],
  ["provider", t.access.provider, Provider],
] as const;

export function AccessPage() {
  const [{ tab = "people" }, set] = useAddress<"tab" | "ask">();
  return (
    <>
      <PageHead title={t.access.title} lead={t.access.lead} />
      <Tabs value={tab} onChange={(next) => set({ tab: next ?? undefined, ask: undefined })} keepMounted={false}>
        <Tabs.List mb="sm">
          {TABS.map(([value, label]) => (
            <Tabs.Tab key={value} value={value}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {TABS.map(([value, , Content]) => (
          <Tabs.Panel key={value} value={value}>
            <Content />
          </Tabs.Panel>
        ))}
      </Tabs>
    </>
  );
}
