import type { KeyManager, WrapContext, WrappedKey } from "../../engine/keys/index.ts";
import { type Connection, openConnection } from "../../engine/store/index.ts";
import {
  AGENT_PROTOCOL,
  type AgentIdentity,
  type OwnBackup,
  type PollAnswer,
  type PollRequest,
} from "../../protocol/index.ts";
import { hostError } from "./errors.ts";
import type { StoredIdentity } from "./identity.ts";

/** What the agent asks of its server. */
export interface ServerApi {
  poll(request: PollRequest, signal: AbortSignal): Promise<PollAnswer>;
  progress(task_id: string, progress: object): Promise<void>;
  end(task_id: string, end: object): Promise<void>;
  renew(csr: string): Promise<string>;
  backups(): Promise<readonly OwnBackup[]>;
  pull(request: object): Promise<{ readonly job_id: string; readonly backup_id: string }>;
  job(id: string): Promise<OwnJob>;
  /** Unwraps what belongs to the agent's own repository in this region, and wraps nothing. */
  keys(region_id: string, manager: string): KeyManager;
  close(): void;
}

export interface OwnJob {
  readonly id: string;
  readonly state: string;
  readonly status_reason: string | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly result: Readonly<Record<string, unknown>> | null;
}

export async function openApi(dir: string, { server, proxy }: StoredIdentity): Promise<ServerApi> {
  const protocol = AGENT_PROTOCOL.max;
  const config = { url: server, identity_dir: dir, protocol, ...(proxy === undefined ? {} : { proxy }) };
  const connection = await openConnection(config);
  const id = encodeURIComponent;
  const get = async <T>(path: string): Promise<T> =>
    JSON.parse((await connection.call("GET", path)).toString("utf8")) as T;
  return {
    poll: (request, signal) => post(connection, "/agent/poll", request, signal),
    progress: (task_id, progress) => post(connection, `/agent/tasks/${id(task_id)}/progress`, progress),
    end: (task_id, end) => post(connection, `/agent/tasks/${id(task_id)}/end`, end),
    renew: async (csr) => (await post<{ certificate: string }>(connection, "/agent/certificate", { csr })).certificate,
    backups: async () => (await get<{ backups: OwnBackup[] }>("/agent/backups")).backups,
    pull: (request) => post(connection, "/agent/restores", request),
    job: (job_id) => get(`/agent/jobs/${id(job_id)}`),
    keys: (region_id, manager) => ({
      manager,
      wrap: async () => {
        throw hostError("AGENT_SOURCE_UNKNOWN", "an agent wraps no keys");
      },
      async unwrap(wrapped: WrappedKey, context: WrapContext) {
        const { key_id, key_version, ciphertext } = wrapped;
        const request = { region_id, key_id, key_version, ciphertext: base64(ciphertext), context };
        const { plaintext } = await post<{ plaintext: string }>(connection, "/agent/keys/unwrap", request);
        return Buffer.from(plaintext, "base64");
      },
    }),
    close: () => connection.close(),
  };
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

async function post<T>(connection: Connection, path: string, body: object, signal?: AbortSignal): Promise<T> {
  const headers = { "content-type": "application/json" };
  const text = await connection.call("POST", path, { body: [Buffer.from(JSON.stringify(body))], headers, signal });
  return JSON.parse(text.toString("utf8")) as T;
}

export function postEnrolment(connection: Connection, request: object): Promise<AgentIdentity> {
  return post(connection, "/agent/enroll", request);
}
