import { Button, Group, Modal, Select, Stack, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { queryClient } from "../../app/query.ts";
import { sayDone } from "../../app/toasts.tsx";
import { api, newKey, take } from "../../api/client.ts";
import { spanText, utcText } from "../../parts/format.ts";
import { Failed } from "../../parts/page.tsx";
import { t } from "../../texts/index.ts";
import type { Shift, Takeover } from "./shifts.tsx";

const renew = () => void queryClient.invalidateQueries({ queryKey: ["oncall"] });

/** The value of a field of type datetime-local, in the reader's zone. */
function fieldText(at_ms: number): string {
  const at = new Date(at_ms);
  return new Date(at_ms - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

interface OverrideProps {
  readonly takeover: Takeover;
  readonly people: readonly string[];
  readonly shifts: readonly Shift[];
  readonly close: () => void;
}

/** Who takes over from whom, from when until when: what a drag filled in, or what is said here. */
export function OverrideDialog({ takeover, people, shifts, close }: OverrideProps) {
  const { rotation, override_id } = takeover;
  const [person, setPerson] = useState(takeover.person);
  const [from, setFrom] = useState(fieldText(takeover.from_ms));
  const [until, setUntil] = useState(fieldText(takeover.until_ms));
  const [from_ms, until_ms] = [new Date(from).getTime(), new Date(until).getTime()];
  const whole = Number.isFinite(from_ms) && Number.isFinite(until_ms);
  const others = shifts
    .filter((it) => Date.parse(it.from) < until_ms && Date.parse(it.until) > from_ms && it.person !== person)
    .map((it) => it.person ?? t.oncall.nobody);
  const take_over = useMutation({
    mutationFn: () =>
      take(
        api.POST("/v1/oncall/overrides", {
          params: { header: newKey() },
          body: {
            rotation,
            person: person ?? "",
            from: new Date(from_ms).toISOString(),
            until: new Date(until_ms).toISOString(),
          },
        }),
      ),
    onSuccess: () => {
      sayDone(t.oncall.taken, person ?? "");
      renew();
      close();
    },
  });
  const take_back = useMutation({
    mutationFn: () => take(api.DELETE("/v1/oncall/overrides/{id}", { params: { path: { id: override_id ?? "" } } })),
    onSuccess: () => {
      sayDone(t.oncall.taken_back);
      renew();
      close();
    },
  });
  return (
    <Modal
      opened
      onClose={close}
      title={t.oncall.override_title(rotation)}
      closeButtonProps={{ "aria-label": t.common.close }}
    >
      <Stack>
        <Select
          label={t.oncall.person}
          data={people}
          value={person}
          onChange={setPerson}
          searchable
          openOnFocus={false}
          data-autofocus
        />
        <Group grow>
          <TextInput
            type="datetime-local"
            label={t.oncall.from}
            value={from}
            onChange={(event) => setFrom(event.currentTarget.value)}
          />
          <TextInput
            type="datetime-local"
            label={t.oncall.to_time}
            value={until}
            onChange={(event) => setUntil(event.currentTarget.value)}
            error={whole && until_ms <= from_ms ? t.oncall.backwards : undefined}
          />
        </Group>
        {whole && until_ms > from_ms && (
          <Text size="sm" role="status" title={`${utcText(from_ms)} – ${utcText(until_ms)}`}>
            {person === null
              ? spanText(until_ms - from_ms)
              : others.length === 0
                ? t.oncall.same(person)
                : t.oncall.instead(person, [...new Set(others)].join(", "), spanText(until_ms - from_ms))}
          </Text>
        )}
        {take_over.error !== null && <Failed error={take_over.error} />}
        {take_back.error !== null && <Failed error={take_back.error} />}
        <Group>
          <Button
            disabled={person === null || !whole || until_ms <= from_ms}
            loading={take_over.isPending}
            onClick={() => take_over.mutate()}
          >
            {t.oncall.override}
          </Button>
          {override_id !== null && (
            <Button variant="default" loading={take_back.isPending} onClick={() => take_back.mutate()}>
              {t.oncall.take_back}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}
