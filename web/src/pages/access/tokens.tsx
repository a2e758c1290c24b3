import { Button, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useAddress } from "../../app/address.ts";
import { IfMay } from "../../app/may.tsx";
import { tokensQuery } from "../../api/queries-watch.ts";
import type { ItemOf } from "../../api/types.ts";
import { Icon } from "../../parts/icons.tsx";
import { Answered, Empty, Panel } from "../../parts/page.tsx";
import { Rows } from "../../parts/rows.tsx";
import { Chip } from "../../parts/state.tsx";
import { Ago } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";
import { TabHead } from "./head.tsx";
import { NewToken, RevokeToken } from "./new-token.tsx";

type Token = ItemOf<"/v1/tokens">;

export function Tokens() {
  const query = useQuery(tokensQuery());
  const [{ ask }, set] = useAddress<"ask">();
  const [leaving, setLeaving] = useState<Token | null>(null);
  return (
    <>
      <TabHead
        lead={t.access.tokens_lead}
        action={
          <IfMay scope="access:write">
            <Button leftSection={<Icon name="plus" size={14} />} onClick={() => set({ ask: "token" })}>
              {t.access.new_token}
            </Button>
          </IfMay>
        }
      />
      <Panel title={t.access.tokens} flush>
        <Answered query={query}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty icon="keys" title={t.access.no_tokens} />
            ) : (
              <Rows
                label={t.access.tokens}
                items={items}
                rowKey={({ id }) => id}
                none={t.common.none}
                least={620}
                columns={[
                  {
                    title: t.access.name,
                    cell: (token) => (
                      <>
                        <strong>{token.name}</strong>{" "}
                        {token.user_name !== null && (
                          <Text span size="xs" c="dimmed">
                            ({token.user_name})
                          </Text>
                        )}
                      </>
                    ),
                  },
                  {
                    title: t.access.scopes,
                    cell: (token) => <span className="hf-mono hf-wrap">{token.scopes.join(", ")}</span>,
                  },
                  { title: t.access.last_used, cell: (token) => <Ago at={token.last_used_at} /> },
                  {
                    title: t.access.expires,
                    cell: (token) => (token.expires_at === null ? t.access.never : <Ago at={token.expires_at} />),
                  },
                  {
                    title: "",
                    end: true,
                    cell: (token) =>
                      token.revoked_at !== null ? (
                        <Chip>{t.access.is_revoked}</Chip>
                      ) : (
                        <IfMay scope="access:write">
                          <Button
                            variant="default"
                            onClick={() => setLeaving(token)}
                            aria-label={`${t.access.revoke}: ${token.name}`}
                          >
                            {t.access.revoke}
                          </Button>
                        </IfMay>
                      ),
                  },
                ]}
              />
            )
          }
        </Answered>
      </Panel>
      {ask === "token" && <NewToken close={() => set({ ask: undefined })} />}
      {leaving !== null && <RevokeToken token={leaving} close={() => setLeaving(null)} />}
    </>
  );
}
