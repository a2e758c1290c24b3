import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import type { FastifyInstance } from "fastify";
import { systemClock, systemRandom } from "../../base/index.ts";
import { lazySigner } from "../../control/evidence/index.ts";
import { createSeal, createToken, ensureAdminToken, SEAL_KEY_BYTES } from "../../control/access/index.ts";
import { seedTemplates } from "../../control/policy/index.ts";
import { createRepositories, type Engine } from "../../control/repositories/index.ts";
import { planBackup, runBackup } from "../../engine/backup/index.ts";
import { createPassphraseSlot, type KeyAdmin, type KeyInfo, passphraseKeyManager } from "../../engine/keys/index.ts";
import { planRestore, runRestore } from "../../engine/restore/index.ts";
import { createRepository, openRepository } from "../../engine/repository/index.ts";
import { openStore, type StoreConfig } from "../../engine/store/index.ts";
import type { Database } from "../../platform/db/index.ts";
import { testDatabases } from "../../platform/db/testing.ts";
import { createSources } from "../../control/sources/index.ts";
import { silentLogger } from "../../platform/log/index.ts";
import { openWakeups } from "../../platform/queue/index.ts";
import { createApi } from "./app.ts";
import type { ApiDeps, ApiLimits } from "./deps.ts";

const databases = testDatabases();

export interface TestApi {
  readonly app: FastifyInstance;
  readonly database: Database;
  readonly admin_token: string;
  readonly deps: ApiDeps;
  readonly dir: string;
  /** A token with these scopes only. */
  token(scopes: readonly string[]): Promise<string>;
  call(method: "GET" | "POST" | "PATCH" | "DELETE", url: string, options?: CallOptions): Promise<Called>;
}

export interface CallOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Another token; null for none. */
  readonly token?: string | null;
}

export interface Called {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into whatever came
  readonly body: any;
}

/** Does `work` for each item, several at a time: the database answers one while the API works on another. */
export async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const worker = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}

/** The API on a real database of its own; goes with the test file. */
export async function testApi(limits: ApiLimits = {}): Promise<TestApi> {
  const database = await databases.create();
  const ports = { clock: systemClock, random: systemRandom };
  const admin_token = (await ensureAdminToken(database.db, ports)) ?? "";
  await seedTemplates(database.db, {}, ports);
  const dir = await mkdtemp(join(tmpdir(), "holdfast-api-"));
  const wakeups = await openWakeups(database.connection, { log: silentLogger, clock: systemClock });
  const deps: ApiDeps = {
    ...ports,
    db: database.db,
    readers: database.readers,
    log: silentLogger,
    wakeups,
    ...(await dataPlane(database)),
    authority: async () => {
      throw new Error("this API has no agents");
    },
    sources: createSources({ ...ports, log: silentLogger }),
    seal: createSeal(systemRandom.bytes(SEAL_KEY_BYTES), systemRandom),
    restore_dir: join(dir, "restores"),
    forbidden_dirs: [],
    version: "0.0.0-test",
    limits,
  };
  const app = await createApi(deps);
  after(async () => {
    await app.close();
    await wakeups.close();
    await rm(dir, { recursive: true, force: true });
  });
  return {
    app,
    database,
    admin_token,
    deps,
    dir,
    token: async (scopes) => (await createToken(database.db, { name: "test", scopes }, ports)).secret,
    async call(method, url, { body, headers, token = admin_token } = {}) {
      const answer = await app.inject({
        method,
        url,
        headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...headers },
        ...(body === undefined ? {} : { payload: body as object }),
      });
      const json = String(answer.headers["content-type"]).includes("json");
      return { status: answer.statusCode, headers: answer.headers, body: json ? answer.json() : answer.body };
    },
  };
}

/** The real engine, with a passphrase for the key manager: every project's key is the one of its slot. */
async function dataPlane({
  db,
}: Database): Promise<Pick<ApiDeps, "engine" | "keys" | "key_admin" | "signer" | "repositories">> {
  const ports = { clock: systemClock, random: systemRandom };
  const slot = createPassphraseSlot(systemRandom);
  const keys = passphraseKeyManager({ passphrase: "test", slot });
  const key_admin = { createKey: async () => ({ key_id: slot.slot_id }) as KeyInfo } as unknown as KeyAdmin;
  const engine = {
    openStore: (config: StoreConfig) => openStore(config, ports),
    createRepository,
    openRepository,
    planBackup,
    runBackup,
    planRestore,
    runRestore,
  } as unknown as Engine;
  const repositories = createRepositories({ ...ports, db, engine, keys, key_admin });
  return { engine, keys, key_admin, signer: lazySigner({ ...ports, db, keys, key_admin }), repositories };
}
