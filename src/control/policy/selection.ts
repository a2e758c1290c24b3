import type { Attachment, Policy, Workload } from "../../model/index.ts";
import type { Db } from "../../platform/db/index.ts";
import { listAttachments, targetText } from "./attachments.ts";
import { effectivePolicy } from "./effective.ts";
import type { EffectivePolicy } from "./effective.ts";
import { listPolicies } from "./policies.ts";
import { failingCount, failingTerms, globMatches, matches, parseSelector } from "./selector.ts";
import type { Selector } from "./selector.ts";

/** Tags with a meaning of their own. */
export const POLICY_TAG = "backup-policy";
export const OPT_OUT_TAG = "backup-opt-out";
export const BACKUP_TAG = "backup";

/** One policy on one workload, and everything that put it there. */
export interface Binding {
  readonly policy: Policy;
  readonly reasons: readonly string[];
  /** Not bound before this instant, as far as the inventory can tell: the last edit of what the binding rests on. */
  readonly since_ms: number;
}

/** What is to happen to one workload. */
export interface Resolution {
  /** `bound`: at least one policy. `excluded`: somebody decided against it. `unbound`: nothing applies. */
  readonly state: "bound" | "excluded" | "unbound";
  readonly bindings: readonly Binding[];
  readonly effective: EffectivePolicy | null;
  readonly exclusion: Exclusion | null;
  /** What looks like a mistake, e.g. a tag that names no policy. */
  readonly problems: readonly string[];
}

export interface Exclusion {
  readonly by: "exception" | "tag";
  readonly owner: string | null;
  /** Null: the tag says `backup=none` and nothing more. */
  readonly reason: string | null;
  readonly expires_at: string | null;
}

/** Policies and attachments as they are now, ready to be asked about any number of workloads. */
export interface Selection {
  readonly policies: readonly Policy[];
  resolve(workload: Workload, now_ms: number): Resolution;
  /**
   * The attachment that comes closest to covering the workload but does not, and what it misses; for those not bound.
   */
  nearMiss(workload: Workload): { readonly policy: Policy; readonly missing: readonly string[] } | null;
}

export async function loadSelection(db: Db): Promise<Selection> {
  return compileSelection(await listPolicies(db), await listAttachments(db));
}

/** Pure: the same input gives the same answer. */
export function compileSelection(policies: readonly Policy[], attachments: readonly Attachment[]): Selection {
  const by_id = new Map(policies.map((policy) => [policy.id, policy]));
  const by_name = new Map(policies.map((policy) => [policy.name, policy]));
  const compiled = attachments.map((attachment) => ({
    attachment,
    policy: by_id.get(attachment.policy_id),
    selectors: attachment.target.selectors?.map(parseSelector),
    reason: `attachment ${attachment.id}: ${targetText(attachment.target)}`,
    attached_ms: Date.parse(attachment.created_at),
  }));
  const edited_ms = new Map(policies.map((policy) => [policy, Date.parse(policy.updated_at)]));
  const candidatesFor = candidateIndex(compiled);
  // Many workloads share the same set of policies.
  const effective_by_set = new Map<string, EffectivePolicy>();

  const resolve = (workload: Workload, now_ms: number): Resolution => {
    const exclusion = exclusionOf(workload, now_ms);
    const found = new Map<Policy, { reasons: string[]; since_ms: number }>();
    const problems: string[] = [];
    const workload_ms = Date.parse(workload.updated_at);
    const bind = (policy: Policy, reason: string, attached_ms: number) => {
      const since_ms = Math.max(workload_ms, attached_ms, edited_ms.get(policy) ?? 0);
      const before = found.get(policy);
      if (before === undefined) found.set(policy, { reasons: [reason], since_ms });
      else found.set(policy, { reasons: [...before.reasons, reason], since_ms: Math.min(before.since_ms, since_ms) });
    };

    const named = Object.hasOwn(workload.tags, POLICY_TAG) ? workload.tags[POLICY_TAG] : undefined;
    if (named !== undefined) {
      const policy = by_name.get(named);
      if (policy === undefined) problems.push(`tag ${POLICY_TAG}=${named} names no policy`);
      else bind(policy, `tag ${POLICY_TAG}=${named}`, 0);
    }
    for (const { attachment, policy, selectors, reason, attached_ms } of candidatesFor(workload)) {
      if (policy !== undefined && targets(attachment, selectors, workload)) bind(policy, reason, attached_ms);
    }
    if (exclusion !== null) return { state: "excluded", bindings: [], effective: null, exclusion, problems };
    const bindings = [...found].map(([policy, why]) => ({ policy, ...why }));
    if (bindings.length === 0) return { state: "unbound", bindings, effective: null, exclusion, problems };
    const key = bindings
      .map((binding) => binding.policy.id)
      .sort()
      .join();
    let effective = effective_by_set.get(key);
    if (effective === undefined)
      effective_by_set.set(key, (effective = effectivePolicy(bindings.map((it) => it.policy))));
    return { state: "bound", bindings, effective, exclusion, problems };
  };
  // Every attachment has to be looked at, and many workloads are alike in all that attachments look at.
  const near_by_likeness = new Map<string, ReturnType<Selection["nearMiss"]>>();
  const by_name_too = attachments.some(({ target }) => target.names !== undefined);
  const nearMiss: Selection["nearMiss"] = (workload) => {
    const { project_id, type, tags, name } = workload;
    const key = JSON.stringify([project_id, type, tags, by_name_too ? name : ""]);
    let near = near_by_likeness.get(key);
    if (near === undefined) {
      near = nearestOf(workload);
      if (near_by_likeness.size < LIKENESSES_MAX) near_by_likeness.set(key, near);
    }
    return near;
  };
  const nearestOf: Selection["nearMiss"] = (workload) => {
    let nearest: { policy: Policy; attachment: Attachment; selectors: readonly Selector[] | undefined } | null = null;
    let fewest = NEAR_MISS_TERMS_MAX + 1;
    for (const { attachment, policy, selectors } of compiled) {
      if (policy === undefined || !isMeant(attachment, workload)) continue;
      const missing = missingCount(attachment, selectors, workload);
      if (missing > 0 && missing < fewest) [nearest, fewest] = [{ policy, attachment, selectors }, missing];
    }
    if (nearest === null) return null;
    return { policy: nearest.policy, missing: missingFor(nearest.attachment, nearest.selectors, workload) };
  };
  return { policies, resolve, nearMiss };
}

interface Compiled {
  readonly attachment: Attachment;
  readonly policy: Policy | undefined;
  readonly selectors: readonly Selector[] | undefined;
  /** Why it binds, in words. */
  readonly reason: string;
  readonly attached_ms: number;
}

const LIKENESSES_MAX = 10_000;

/**
 * For a workload the attachments that can cover it, in their order: most ask for a tag, a project or a name that few
 * workloads have, and need not be tried on all others.
 */
function candidateIndex(compiled: readonly Compiled[]): (workload: Workload) => Iterable<Compiled> {
  const by_trait = new Map<string, number[]>();
  const tag_keys = new Set<string>();
  const everywhere: number[] = [];
  compiled.forEach(({ attachment, selectors }, at) => {
    const traits = traitsOf(attachment, selectors);
    if (traits === null) everywhere.push(at);
    for (const trait of new Set(traits)) {
      by_trait.set(trait, [...(by_trait.get(trait) ?? []), at]);
      if (trait.startsWith("tag ")) tag_keys.add(trait.slice("tag ".length, trait.indexOf("\0")));
    }
  });
  const all_everywhere = everywhere.map((at) => compiled[at] as Compiled);
  return (workload) => {
    const lists: number[][] = [];
    const look = (trait: string) => {
      const list = by_trait.get(trait);
      if (list !== undefined) lists.push(list);
    };
    for (const [key, value] of Object.entries(workload.tags)) if (tag_keys.has(key)) look(tagTrait(key, value));
    look(`project ${workload.project_id}`);
    look(`name ${workload.name}`);
    if (lists.length === 0) return all_everywhere;
    const ordered =
      lists.length === 1 && everywhere.length === 0
        ? (lists[0] as number[])
        : [...new Set([...everywhere, ...lists.flat()])].sort((a, b) => a - b);
    return ordered.map((at) => compiled[at] as Compiled);
  };
}

/** Traits of which a covered workload has at least one; null when any workload may be covered. */
function traitsOf({ target }: Attachment, selectors: readonly Selector[] | undefined): string[] | null {
  const exact = (values: readonly string[]) => values.every((value) => !/[*?]/.test(value));
  const needed = selectors?.map(({ terms }) => terms.find((term) => term.kind === "is" && exact(term.values)));
  if (needed?.every((term) => term !== undefined) === true) {
    return needed.flatMap((term) => (term?.kind === "is" ? term.values.map((value) => tagTrait(term.key, value)) : []));
  }
  if (target.names !== undefined && exact(target.names)) return target.names.map((name) => `name ${name}`);
  return target.project_id === undefined ? null : [`project ${target.project_id}`];
}

function tagTrait(key: string, value: string): string {
  return `tag ${key}\0${value}`;
}

/** More differences than this are no near miss. */
const NEAR_MISS_TERMS_MAX = 2;

/** Another project or name was never meant. */
function isMeant({ target }: Attachment, workload: Workload): boolean {
  if (target.project_id !== undefined && target.project_id !== workload.project_id) return false;
  return target.names === undefined || target.names.some((name) => globMatches(name, workload.name));
}

/** How many conditions do not hold; 0 too where nothing holds: of a single condition, that is near all the same. */
function missingCount({ target }: Attachment, selectors: readonly Selector[] | undefined, workload: Workload): number {
  const wrong_type = target.types?.includes(workload.type) === false ? 1 : 0;
  const by_selector = (selectors ?? []).map((selector) => failingCount(selector, workload.tags));
  const missing = wrong_type + (by_selector.length === 0 ? 0 : Math.min(...by_selector));
  const terms = Math.max(0, ...(selectors ?? []).map((it) => it.terms.length));
  const conditions = (target.types === undefined ? 0 : 1) + terms;
  return missing < conditions || conditions === 1 ? missing : 0;
}

function missingFor({ target }: Attachment, selectors: readonly Selector[] | undefined, workload: Workload): string[] {
  const type =
    target.types?.includes(workload.type) === false
      ? [`type ${target.types.join(" or ")} (it is a ${workload.type})`]
      : [];
  const by_selector = (selectors ?? []).map((selector) => failingTerms(selector, workload.tags));
  return [...type, ...(by_selector.sort((a, b) => a.length - b.length)[0] ?? [])];
}

function targets({ target }: Attachment, selectors: readonly Selector[] | undefined, workload: Workload): boolean {
  return (
    (target.project_id === undefined || target.project_id === workload.project_id) &&
    (target.types === undefined || target.types.includes(workload.type)) &&
    (target.names === undefined || target.names.some((name) => globMatches(name, workload.name))) &&
    (selectors === undefined || selectors.some((selector) => matches(selector, workload.tags)))
  );
}

/** An opt-out wins over everything; a declared exception counts until it expires. */
function exclusionOf(workload: Workload, now_ms: number): Exclusion | null {
  const { tags, exception } = workload;
  const tag_reason = Object.hasOwn(tags, OPT_OUT_TAG) ? tags[OPT_OUT_TAG] : undefined;
  if (tag_reason !== undefined || tags[BACKUP_TAG] === "none") {
    return { by: "tag", owner: tags["owner"] ?? null, reason: tag_reason || null, expires_at: null };
  }
  if (exception !== null && Date.parse(exception.expires_at) > now_ms) return { by: "exception", ...exception };
  return null;
}
