/**
 * Points at which an operation is stopped. A point has a name, `OPERATION/KIND/WHEN/CALL/NTH`, e.g.
 * `backup-first/kill/after/file.link/3`: that is how it is replayed. NTH counts the calls of that sort in all stores of
 * the operation, those of its worker threads too.
 */
import { type FaultAction, type FaultConfig, faultMachine, type FaultPoint } from "../../../src/engine/store/index.ts";

export const CALLS = [
  ...(["put", "get", "stat", "list", "delete"] as const),
  ...(["file.create", "file.write", "file.datasync", "file.link", "file.rename"] as const),
  ...(["file.unlink", "file.mkdir", "file.sync_folder"] as const),
] satisfies FaultPoint[];
const WHENS = ["before", "after"] as const;
export type Call = (typeof CALLS)[number];
export type When = (typeof WHENS)[number];

/** `lasting-…`: this call and all later ones of its sort fail. */
export const ERRORS = ["error-EIO", "error-ENOSPC", "error-ETIMEDOUT", "lasting-EIO", "lasting-ENOSPC"] as const;
export const KINDS = ["kill", ...ERRORS, "short-write", "power-all", "power-some"] as const;
export type Kind = (typeof KINDS)[number];

export interface Point {
  readonly operation: string;
  readonly kind: Kind;
  readonly when: When;
  readonly call: Call;
  readonly nth: number;
}

export function pointName({ operation, kind, when, call, nth }: Point): string {
  return [operation, kind, when, call, nth].join("/");
}

export function parsePoint(name: string): Point {
  const [operation = "", kind, when, call, nth] = name.split("/");
  const point = { operation, kind: kind as Kind, when: when as When, call: call as Call, nth: Number(nth) };
  if (KINDS.includes(point.kind) && WHENS.includes(point.when) && CALLS.includes(point.call) && point.nth > 0)
    return point;
  throw new Error(`${name} is no point: OPERATION/KIND/WHEN/CALL/NTH, KIND one of ${KINDS.join(" ")}`);
}

let machines = 0;

/** Never strikes; {@link countedCalls} tells afterwards what it saw. */
export function countingFault(): FaultConfig {
  const rules = CALLS.map((on) => ({ on, nth: 2 ** 30, action: { kind: "delay", delay_ms: 0 } }) as const);
  return { rules, machine: faultMachine(`count-${++machines}`, rules) };
}

export function countedCalls(fault: FaultConfig): Record<Call, number> {
  const calls = new Int32Array(fault.machine?.calls ?? new SharedArrayBuffer(0));
  return Object.fromEntries(CALLS.map((call, i) => [call, calls[i] ?? 0])) as Record<Call, number>;
}

export function faultOf(point: Point, seed: number): FaultConfig {
  const { call, when, nth, kind } = point;
  const times = kind.startsWith("lasting-") ? { times: 2 ** 30 } : {};
  const rules = [{ on: call, when, nth, ...times, action: actionOf(kind) }];
  return { seed, rules, machine: faultMachine(`point-${++machines}`, rules) };
}

/** Did the operation come to the point? Runs differ a little: packs lie in folders of random names. */
export function hasStruck(fault: FaultConfig, { nth }: Pick<Point, "nth">): boolean {
  return (new Int32Array(fault.machine?.calls ?? new SharedArrayBuffer(0))[0] ?? 0) >= nth;
}

function actionOf(kind: Kind): FaultAction {
  if (kind === "kill") return { kind };
  if (kind === "short-write") return { kind: "short_write", bytes: 1000 };
  if (kind === "power-all" || kind === "power-some")
    return { kind: "power_cut", lose: kind === "power-all" ? "all" : "some", then: "fail" };
  return { kind: "error", errno: kind.slice(kind.indexOf("-") + 1) as "EIO" };
}

const CHANGES: readonly Call[] = CALLS.filter(
  (call) => call.startsWith("file.") || call === "put" || call === "delete",
);

/**
 * Every call an operation made, stopped before and after by a kill, by an error, and, where it changed something, by a
 * power cut. Errors take turns, so that each call meets several over its occurrences.
 */
export function pointsOf(operation: string, calls: Record<Call, number>): Point[] {
  const points: Point[] = [];
  let turn = 0;
  for (const call of CALLS) {
    for (let nth = 1; nth <= calls[call]; nth++) {
      for (const when of WHENS) {
        turn++;
        const at = { operation, when, call, nth } as const;
        points.push({ ...at, kind: "kill" });
        points.push({ ...at, kind: ERRORS[turn % ERRORS.length] ?? "error-EIO" });
        if (CHANGES.includes(call)) points.push({ ...at, kind: (turn >> 1) % 2 === 0 ? "power-all" : "power-some" });
        if (call === "file.write" && when === "before") points.push({ ...at, kind: "short-write" });
      }
    }
  }
  return points;
}
