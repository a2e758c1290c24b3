import { Button, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { useAddress } from "../../app/address.ts";
import { IfMay } from "../../app/may.tsx";
import { channelsQuery, deliveriesQuery, oncallQuery, shiftsQuery } from "../../api/queries-watch.ts";
import type { Answer } from "../../api/types.ts";
import { spanText } from "../../parts/format.ts";
import { Icon } from "../../parts/icons.tsx";
import { useNow } from "../../parts/now.ts";
import { Answered, Empty, PageHead, Panel } from "../../parts/page.tsx";
import { Stamp } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";
import { AddChannel, Channels } from "./channels.tsx";
import { Deliveries } from "./deliveries.tsx";
import { OverrideDialog } from "./override.tsx";
import { type Shift, ShiftBoard, type Takeover } from "./shifts.tsx";

const ConfigDialog = lazy(() => import("./config.tsx"));

type OnCall = Answer<"/v1/oncall">;
type Now = OnCall["on_call"][number];
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** What somebody takes over who names no end. */
const HOURS = 8;

export function OnCallPage() {
  const query = useQuery(oncallQuery());
  const shifts = useQuery(shiftsQuery());
  const channels = useQuery(channelsQuery());
  const deliveries = useQuery(deliveriesQuery());
  const [{ ask }, set] = useAddress<"ask">();
  const [taking, setTaking] = useState<Takeover | null>(null);
  const on_call = query.data?.on_call ?? [];
  const people = peopleOf(query.data?.config);
  const soon = (rotation: string): Takeover => {
    const from_ms = Math.ceil(Date.now() / MINUTE_MS) * MINUTE_MS;
    return { rotation, person: null, from_ms, until_ms: from_ms + HOURS * HOUR_MS, override_id: null };
  };
  const [first] = on_call;
  const asked = taking ?? (ask === "override" && first !== undefined ? soon(first.rotation) : null);
  const edit = (
    <IfMay scope="oncall:write">
      <Button variant="default" leftSection={<Icon name="edit" size={14} />} onClick={() => set({ ask: "config" })}>
        {t.oncall.edit}
      </Button>
    </IfMay>
  );
  return (
    <>
      <PageHead
        title={t.oncall.title}
        lead={t.oncall.lead}
        above={<Link to="/alerts">{t.alerts.title}</Link>}
        actions={edit}
      />
      <div className="hf-grid">
        <Answered query={query}>
          {() =>
            on_call.length === 0 ? (
              <Panel>
                <Empty icon="people" title={t.oncall.none} action={edit}>
                  {t.oncall.none_more}
                </Empty>
              </Panel>
            ) : (
              on_call.map((now) => (
                <Rotation
                  key={now.rotation}
                  now={now}
                  shifts={(shifts.data?.items ?? []).filter((it) => it.rotation === now.rotation)}
                  people={people}
                  take={setTaking}
                  soon={() => setTaking(soon(now.rotation))}
                />
              ))
            )
          }
        </Answered>
        <div>
          <Panel
            title={t.oncall.channels}
            aside={
              <IfMay scope="oncall:write">
                <Button variant="default" onClick={() => set({ ask: "channel" })}>
                  {t.oncall.add_channel}
                </Button>
              </IfMay>
            }
            flush
          >
            <Answered query={channels}>{({ items }) => <Channels items={items} />}</Answered>
          </Panel>
        </div>
        <div>
          <Panel title={t.oncall.deliveries} flush>
            <Answered query={deliveries}>{({ items }) => <Deliveries items={items} />}</Answered>
          </Panel>
        </div>
      </div>
      {asked !== null && (
        <OverrideDialog
          takeover={asked}
          people={people}
          shifts={(shifts.data?.items ?? []).filter((it) => it.rotation === asked.rotation)}
          close={() => {
            setTaking(null);
            set({ ask: undefined });
          }}
        />
      )}
      {ask === "channel" && <AddChannel close={() => set({ ask: undefined })} />}
      {ask === "config" && query.data !== undefined && (
        <Suspense>
          <ConfigDialog config={query.data.config} close={() => set({ ask: undefined })} />
        </Suspense>
      )}
    </>
  );
}

interface RotationProps {
  readonly now: Now;
  readonly shifts: readonly Shift[];
  readonly people: readonly string[];
  readonly take: (takeover: Takeover) => void;
  readonly soon: () => void;
}

/** Who has it now, for how long yet, who is next; and the two weeks to come. */
function Rotation({ now, shifts, people, take, soon }: RotationProps) {
  const now_ms = useNow();
  // Those who take turns come first; of the others, any may step in.
  const turns = [...new Set(shifts.flatMap(({ person }) => (person === null ? [] : [person])))];
  const lines = [...turns, ...people.filter((person) => !turns.includes(person))];
  return (
    <Panel
      title={now.rotation}
      aside={
        <IfMay scope="oncall:write">
          <Button variant="default" onClick={soon}>
            {t.oncall.override}
          </Button>
        </IfMay>
      }
    >
      <Group gap="lg" mb="sm" align="baseline">
        <Text size="sm">
          {t.oncall.now}:{" "}
          <Text span fw={600}>
            {now.person ?? t.oncall.nobody}
          </Text>{" "}
          <Text span c="dimmed">
            ({now.because}) {t.oncall.until} <Stamp at={now.until} />,{" "}
            {t.oncall.in_span(spanText(Date.parse(now.until) - now_ms))}
          </Text>
        </Text>
        {now.next !== null && (
          <Text size="sm">
            {t.oncall.next}{" "}
            <Text span fw={600}>
              {now.next}
            </Text>
          </Text>
        )}
      </Group>
      <ShiftBoard rotation={now.rotation} shifts={shifts} people={lines} onTake={take} />
      <IfMay scope="oncall:write">
        <Text size="xs" c="dimmed" mt="xs">
          {t.oncall.shifts_lead}
        </Text>
      </IfMay>
    </Panel>
  );
}

/** Names of the people that the configuration knows. */
function peopleOf(config: OnCall["config"] | undefined): string[] {
  const people: unknown = config?.["people"];
  return Array.isArray(people) ? people.map((it: unknown) => String((it as { name?: unknown }).name)) : [];
}
