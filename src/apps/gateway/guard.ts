import type { Clock } from "../../base/index.ts";
import {
  type ActiveTask,
  activeTasks,
  agentError,
  type AgentRow,
  noteWriter,
  ownsWriter,
} from "../../control/agents/index.ts";
import type { Repositories, RepositoryRow } from "../../control/repositories/index.ts";
import { PACK_HEADER_BYTES, PACK_METADATA } from "../../engine/pack/index.ts";
import type { ObjectStore, StoreCall, StoreGuard } from "../../engine/store/index.ts";
import type { Db } from "../../platform/db/index.ts";

export interface GuardPorts {
  readonly db: Db;
  readonly clock: Clock;
  readonly repositories: Repositories;
}

/** Kinds of packs that were looked at; a name never stands for other bytes. */
const KINDS_MAX = 50_000;
/** Where a pack's header tells its kind (docs/format.md §5). */
const KIND_AT = 6;
const SEGMENT_BYTES_MAX = 64 * 1024 * 1024;

/**
 * What an agent may do in its own repository: add packs, index segments and the one manifest that it was asked for, and
 * say that it is at work. It changes and deletes nothing that a backup needs, reads names and no contents while it
 * backs up, and contents while it restores.
 */
export function guardOf(
  agent: AgentRow,
  row: RepositoryRow,
  store: ObjectStore,
  { db, clock, repositories }: GuardPorts,
  kinds: Map<string, number>,
): StoreGuard {
  const refuse = (call: StoreCall, why: string) => {
    const what = call.kind === "list" ? call.prefix : call.key;
    const message = `agent ${agent.name} may not ${call.kind} ${what}: ${why}`;
    return agentError("AGENT_REFUSED", message, { agent: agent.name, call: call.kind, key: what });
  };
  const now = () => new Date(clock.now_ms());
  const tasks = () => activeTasks(db, agent.id, row.region_id);

  const kindOf = async (key: string): Promise<number> => {
    const known = kinds.get(key);
    if (known !== undefined) return known;
    const header = await store.get(key, { offset_bytes: 0, length_bytes: PACK_HEADER_BYTES });
    const kind = header.readUInt8(KIND_AT);
    if (kinds.size >= KINDS_MAX) kinds.clear();
    kinds.set(key, kind);
    return kind;
  };

  const beginLease = async (call: Put, writer_id: string) => {
    if (await ownsWriter(db, agent.id, writer_id)) return;
    if ((await store.stat(call.key)) !== undefined) throw refuse(call, "it is somebody else's");
    // Before it is written: who crashes between the two has a writer without a lease, which is none.
    await noteWriter(db, agent.id, writer_id, now());
  };

  const put = async (call: Put, body: Buffer) => {
    if (call.locks) throw refuse(call, "locks are set by the server");
    const [folder = "", name = ""] = call.key.split("/");
    if (folder === "leases") return beginLease(call, name);
    if (!call.if_absent) throw refuse(call, "what is there is not overwritten");
    const active = await tasks();
    if (!active.some(isBackup)) throw refuse(call, "it is at work on no backup");
    if (folder === "packs") return;
    if (folder === "index") {
      if (body.length > SEGMENT_BYTES_MAX) throw refuse(call, "it is too large");
      const holds = await repositories.use(row, (repository) => repository.segmentHolds(name, body));
      if (!holds) throw refuse(call, "it does not say what the packs themselves say");
      return;
    }
    if (folder === "manifests") {
      if (!active.some((task) => isBackup(task) && task.backup_id === name)) throw refuse(call, "nobody asked for it");
      return;
    }
    if (folder === "commits") {
      const { state, backup_id } = commitOf(body);
      const asked = active.some((task) => isBackup(task) && task.backup_id === backup_id);
      if (state === "manifest" && asked && (await ownsWriter(db, agent.id, name))) return;
    }
    throw refuse(call, "an agent writes nothing there");
  };

  const get = async (call: Named) => {
    if (!call.key.startsWith("packs/")) return;
    // A handover reads the directories of packs that it finds there.
    if ((await tasks()).some(({ kind, offline }) => kind === "restore" || offline === true)) return;
    if ((await kindOf(call.key)) !== PACK_METADATA) throw refuse(call, "contents are read in a restore only");
  };

  const remove = async (call: Named) => {
    const [folder = "", name = ""] = call.key.split("/");
    const own = (folder === "leases" || folder === "commits") && (await ownsWriter(db, agent.id, name));
    if (!own) throw refuse(call, "nothing is deleted");
    // A sweep that gave this writer up decided so for good.
    if (folder === "commits" && (await store.stat(call.key)) !== undefined) {
      if (commitOf(await store.get(call.key)).state === "fenced") throw refuse(call, "it was decided about");
    }
  };

  return async (call, body) => {
    if (call.kind === "put") return put(call, body ?? Buffer.alloc(0));
    if (call.kind === "grant") {
      if (!call.key.startsWith("packs/")) throw refuse(call, "only packs go past the server");
      return put({ kind: "put", key: call.key, if_absent: true, locks: false }, Buffer.alloc(0));
    }
    if (call.kind === "get") return get(call);
    if (call.kind === "delete") return remove(call);
    if (call.kind === "lock") throw refuse(call, "locks are set by the server");
  };
}

type Put = Extract<StoreCall, { kind: "put" }>;
interface Named {
  readonly kind: "get" | "stat" | "delete" | "lock";
  readonly key: string;
}

const isBackup = ({ kind }: ActiveTask): boolean => kind === "backup";

/** The JSON line that a commit begins with (docs/format.md §10). */
function commitOf(bytes: Buffer): { readonly state?: unknown; readonly backup_id?: unknown } {
  const end = bytes.indexOf(10);
  try {
    return JSON.parse(bytes.subarray(0, end < 0 ? bytes.length : end).toString("utf8")) as object;
  } catch {
    return {};
  }
}
