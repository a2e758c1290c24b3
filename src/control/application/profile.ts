import type {
  ApplicationPart,
  ApplicationSource,
  ApplyRule,
  CollectRule,
  HealthCheck,
  QuietRule,
  Workload,
} from "../../model/index.ts";
import type { Profile } from "./profiles/profile.ts";
import { emailPlatform } from "./profiles/email-platform.ts";

export type Application = Workload & { readonly source: ApplicationSource };

/** A part as it is treated: what it says itself goes before what its profile says. */
export interface Part extends Pick<ApplicationPart, "name"> {
  readonly workload_id: string;
  readonly order: number;
  readonly health: readonly HealthCheck[];
}

/** An application's own rules, and its profile's for what it leaves open. */
export interface Rules {
  readonly parts: readonly Part[];
  readonly every_seconds: number;
  readonly collect: readonly CollectRule[];
  readonly apply: readonly ApplyRule[];
  readonly quiet: readonly QuietRule[];
}

const EVERY_SECONDS = 15;
const NOTHING: Profile = { order: {}, health: {}, collect: [], apply: [], quiet: [] };

export function rulesOf(source: ApplicationSource): Rules {
  const profile = source.profile === undefined ? NOTHING : emailPlatform(source.profile_options ?? {});
  const names = new Set(source.parts.map(({ name }) => name));
  // A profile's rules count for the parts that are there; an application's own are taken at their word.
  const there = <R extends { readonly part: string }>(own: readonly R[] | undefined, given: readonly R[]) =>
    own ?? given.filter(({ part }) => names.has(part));
  return {
    parts: source.parts.map(({ name, order, workload = "", health }, index) => ({
      name,
      workload_id: workload,
      order: order ?? profile.order[name] ?? (source.profile === undefined ? 0 : 100 + index),
      health: health ?? profile.health[name] ?? [],
    })),
    every_seconds: source.suppressions?.every_seconds ?? EVERY_SECONDS,
    collect: there(source.suppressions?.collect, profile.collect),
    apply: there(source.suppressions?.apply, profile.apply),
    quiet: there(source.quiet, profile.quiet),
  };
}
