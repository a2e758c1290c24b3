import { Tooltip } from "@mantine/core";
import { clockText, readableText, relativeText, spanText, stampText, utcText } from "./format.ts";
import { useNow } from "./now.ts";

const STEP_MS = 5000;

/** `4m ago`; the reader's own time and UTC on hover. */
export function Ago({ at }: { at: string | null | undefined }) {
  const now_ms = useNow(STEP_MS);
  if (at === null || at === undefined) return <span>–</span>;
  return (
    <Tooltip label={`${stampText(at)} · ${utcText(at)}`}>
      <time dateTime={at}>{relativeText(Date.parse(at), now_ms)}</time>
    </Tooltip>
  );
}

/** The instant in the reader's zone; UTC on hover. */
export function Stamp({ at }: { at: string | null | undefined }) {
  if (at === null || at === undefined) return <span>–</span>;
  return (
    <Tooltip label={utcText(at)}>
      <time dateTime={at} className="hf-figures">
        {stampText(at)}
      </time>
    </Tooltip>
  );
}

/** The time of a day that is named beside it; the whole instant and UTC on hover. */
export function Clock({ at }: { at: string }) {
  return (
    <Tooltip label={`${stampText(at)} · ${utcText(at)}`}>
      <time dateTime={at} className="hf-figures">
        {clockText(at)}
      </time>
    </Tooltip>
  );
}

/** How long it took, or takes so far. */
export function Took({ from, to }: { from: string | null; to: string | null }) {
  const now_ms = useNow();
  if (from === null) return <span>–</span>;
  return <span className="hf-figures">{spanText((to === null ? now_ms : Date.parse(to)) - Date.parse(from))}</span>;
}

const INSTANT = /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)/;

/** A sentence of the server's: its instants in the reader's zone, UTC on hover, its bytes in units people read. */
export function Told({ text }: { text: string }) {
  return (
    <>
      {text
        .split(INSTANT)
        .map((part, index) => (INSTANT.test(part) ? <Stamp key={`${index} ${part}`} at={part} /> : readableText(part)))}
    </>
  );
}
