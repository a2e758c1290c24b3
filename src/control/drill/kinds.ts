import { hasCode, type HoldfastError } from "../../base/index.ts";
import type { DrillFinding } from "../../model/index.ts";
import { restorableGroup } from "../application/index.ts";
import { getBackupRow } from "../catalog/index.ts";
import type { RecoverPorts } from "../recover/index.ts";
import { APPLICATION_KIND, groupOf } from "../sources/index.ts";
import { drillError } from "./errors.ts";

/** What a drill wants back. */
export interface Aim {
  readonly target_ms: number;
  /** The newest there is, rather than a moment. */
  readonly latest: boolean;
  readonly backup_id: string;
}

export interface Requested {
  readonly restore_id: string;
  readonly job_id: string;
}
type AskPorts = Pick<RecoverPorts, "db" | "repositories">;
type Request = (options?: Readonly<Record<string, unknown>>) => Promise<Requested>;

/** How a kind of workload is brought to life in a sandbox folder. */
export interface DrillKind {
  /** Asks for the restore that comes closest to the aim. */
  ask(
    aim: Aim,
    request: Request,
    ports: AskPorts,
  ): Promise<Requested & { readonly deviations?: readonly DrillFinding[] }>;
  /** Are the files that were laid the backup's own entries, one for one? */
  readonly lays_tree: boolean;
  /** Servers that the restore leaves running in the folder, for as long as the drill lasts. */
  readonly runs: "server" | "machine" | null;
}

const TREE: DrillKind = { ask: (_aim, request) => request(), lays_tree: true, runs: null };

/** A kind is here once it is known that its restore stays in the drill's folder, and ends with it. */
const KINDS: Readonly<Record<string, DrillKind>> = {
  files: TREE,
  share: TREE,
  volume: TREE,
  // Laid as files: nothing is made at the service that holds the original.
  bucket: TREE,
  postgresql: { ask: askPostgresql, lays_tree: false, runs: "server" },
  mariadb: { ask: askMariadb, lays_tree: false, runs: "server" },
  vm: {
    ask: (_aim, request) => request({ instant: true, network: "none" }),
    lays_tree: false,
    runs: "machine",
  },
  // Of its parts, each in a folder of its own; what runs is theirs.
  [APPLICATION_KIND]: { ask: askApplication, lays_tree: false, runs: null },
};

/** @throws DRILL_KIND_UNSUPPORTED */
export function drillKind(kind: string, what: string): DrillKind {
  const found = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  if (found !== undefined) return found;
  const message = `${what} is of kind ${kind}, which cannot be drilled: its restore would start or make something outside of the sandbox`;
  throw drillError("DRILL_KIND_UNSUPPORTED", message, { kind, drillable: Object.keys(KINDS) });
}

/** To the moment, and where the log does not lead there, to where it comes closest. */
async function askPostgresql({ latest, target_ms }: Aim, request: Request) {
  const start = { start: true };
  if (latest) return request(start);
  try {
    return await request({ ...start, to_time: new Date(target_ms).toISOString() });
  } catch (error) {
    if (!hasCode(error, "PG_TARGET_UNREACHABLE")) throw error;
    const early = Date.parse(String((error as HoldfastError).context["earliest"])) > target_ms;
    const made = await request(early ? { ...start, immediate: true } : start);
    return { ...made, deviations: [notReached(error)] };
  }
}

async function askMariadb({ latest, target_ms }: Aim, request: Request) {
  const deviations: DrillFinding[] = [];
  const second = new Date(Math.floor(target_ms / 1000) * 1000).toISOString();
  for (const options of [...(latest ? [] : [{ to_time: second }]), { to_latest: true }]) {
    try {
      return { ...(await request({ start: true, ...options })), deviations };
    } catch (error) {
      if (!hasCode(error, "MARIA_TARGET_UNREACHABLE")) throw error;
      deviations.push(notReached(error));
      // Later than the moment is no answer to it.
      if ("to_time" in options && /later than the point/.test((error as Error).message)) break;
    }
  }
  return { ...(await request({ start: true })), deviations: latest ? [] : deviations.slice(0, 1) };
}

const OFF = ["APPLICATION_TARGET_UNREACHABLE", "PG_TARGET_UNREACHABLE", "MARIA_TARGET_UNREACHABLE"];

/** All parts to one moment: the one wanted, or the last to which every log leads, or what the backup itself holds. */
async function askApplication({ backup_id, latest, target_ms }: Aim, request: Request, ports: AskPorts) {
  const group = groupOf((await getBackupRow(ports.db, backup_id)).details);
  if (group === undefined) return request();
  const machines = group.parts.filter(({ kind }) => kind === "vm");
  const parts = Object.fromEntries(machines.map(({ name }) => [name, { instant: true, network: "none" }]));
  const own = machines.length === 0 ? {} : { parts };
  const { latest: end } = await restorableGroup(group, ports);
  const wanted = new Date(target_ms).toISOString();
  const deviations: DrillFinding[] = [];
  const times = [...(latest ? [] : [wanted]), ...(end !== null && (latest || end < wanted) ? [end] : [])];
  for (const to_time of times) {
    try {
      return { ...(await request({ ...own, to_time })), deviations };
    } catch (error) {
      if (!OFF.some((code) => hasCode(error, code))) throw error;
      deviations.push(notReached(error));
    }
  }
  return { ...(await request(own)), deviations: deviations.slice(0, 1) };
}

function notReached(error: unknown): DrillFinding {
  return { code: "TARGET_NOT_REACHED", message: (error as Error).message };
}
