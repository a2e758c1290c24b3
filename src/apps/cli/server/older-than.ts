import { InvalidArgumentError } from "commander";
import type { Clock } from "../../../base/index.ts";
import { duration_ms, durationSchema } from "../../../model/index.ts";

/**
 * An option such as `7y` or `30d` as the instant that long ago. Years are those of the calendar, as retention counts
 * them: with years of 365 days a backup kept for seven would look two days too old.
 */
export function olderThan(clock: Clock): (text: string) => string {
  return (text) => {
    if (!durationSchema.safeParse(text).success) throw new InvalidArgumentError("a span such as 30d, 12w or 7y");
    let years = 0;
    const rest = text.replace(/(\d+)y/g, (_match, count: string) => {
      years += Number(count);
      return "";
    });
    const at = new Date(clock.now_ms() - duration_ms(rest));
    at.setUTCFullYear(at.getUTCFullYear() - years);
    if (Number.isNaN(at.getTime())) throw new InvalidArgumentError("a span that ends after the year 0");
    return at.toISOString();
  };
}
