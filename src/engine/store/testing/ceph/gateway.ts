import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import type { S3StoreConfig } from "../../port.ts";
import { ACCESS_KEY, type Cluster, command, end, SECRET_KEY, startGateway } from "./cluster.ts";
import { faketimeLibrary } from "./programs.ts";

const CONNECT_MS_MAX = 150_000;

/** The gateway of this run of tests, for as long as this process lives or until `leave`. */
export interface SharedGateway {
  readonly endpoint: string;
  /** Raw access beside the store, as an attacker with the keys has it. */
  readonly client: S3Client;
  /** A new bucket, with versions and Object Lock unless told otherwise. */
  bucket(options?: { readonly object_lock?: boolean }): Promise<string>;
  /** Bounds what a bucket may hold. The gateway counts in pieces of 4 KiB. */
  setQuota(bucket: string, bytes: number): Promise<void>;
  /** A user without rights of its own; its keys are in the variables that begin with the name returned. */
  user(): Promise<{ readonly id: string; readonly credentials_name: string }>;
  /** A gateway to the same buckets with a clock of its own; `undefined` when the machine lacks libfaketime. */
  startMoved(): Promise<MovedGateway | undefined>;
  /** Config of a store in it; the credentials are in variables of this process. */
  config(bucket: string, prefix?: string): S3StoreConfig;
  leave(): void;
}

export interface MovedGateway {
  readonly endpoint: string;
  /** Sets its clock so far off the system's. */
  move(by_ms: number): Promise<void>;
  stop(): Promise<void>;
}

/** Names the environment variables that hold the gateway's credentials in this process and its children. */
export const CREDENTIALS_NAME = "HOLDFAST_TEST_S3";

/**
 * Joins the gateway that another test file of this user has started, or starts it. One gateway serves all test files
 * that run at the same time, for it takes half a minute of processor time to start.
 */
export async function joinGateway(): Promise<SharedGateway> {
  const { socket, cluster } = await connectOrStart();
  socket.unref(); // held open by the process, keeps no process alive
  process.env[`${CREDENTIALS_NAME}_ACCESS_KEY_ID`] = ACCESS_KEY;
  process.env[`${CREDENTIALS_NAME}_SECRET_ACCESS_KEY`] = SECRET_KEY;
  const endpoint = `http://127.0.0.1:${cluster.port}`;
  const client = new S3Client({
    endpoint,
    region: "us-east-1",
    forcePathStyle: true,
    credentials: { accessKeyId: ACCESS_KEY, secretAccessKey: SECRET_KEY },
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
  return {
    endpoint,
    client,
    async bucket({ object_lock = true } = {}) {
      const name = `test-${randomBytes(8).toString("hex")}`;
      await client.send(new CreateBucketCommand({ Bucket: name, ObjectLockEnabledForBucket: object_lock }));
      return name;
    },
    async setQuota(bucket, bytes) {
      const scope = ["--quota-scope=bucket", `--bucket=${bucket}`];
      await command(cluster.folder, "radosgw-admin", ["quota", "set", ...scope, `--max-size=${bytes}`]);
      await command(cluster.folder, "radosgw-admin", ["quota", "enable", ...scope]);
    },
    async user() {
      const id = `user-${randomBytes(6).toString("hex")}`;
      const credentials_name = id.toUpperCase().replace("-", "_");
      const keys = ["--access-key", id, "--secret", `secret-of-${id}`];
      await command(cluster.folder, "radosgw-admin", ["user", "create", "--uid", id, "--display-name", id, ...keys]);
      process.env[`${credentials_name}_ACCESS_KEY_ID`] = id;
      process.env[`${credentials_name}_SECRET_ACCESS_KEY`] = `secret-of-${id}`;
      return { id, credentials_name };
    },
    startMoved: () => startMoved(cluster.folder),
    config: (bucket, prefix) => ({
      kind: "s3",
      bucket,
      endpoint,
      credentials: { from: "env", name: CREDENTIALS_NAME },
      ...(prefix === undefined ? {} : { prefix }),
    }),
    leave() {
      client.destroy();
      socket.destroy();
    },
  };
}

async function startMoved(folder: string): Promise<MovedGateway | undefined> {
  const library = faketimeLibrary();
  if (library === undefined) return undefined;
  const name = `moved-${randomBytes(4).toString("hex")}`;
  const time_file = join(folder, name);
  await writeFile(time_file, "+0\n");
  const { child, port } = await startGateway(folder, name, {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: time_file,
    FAKETIME_NO_CACHE: "1",
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
  });
  return {
    endpoint: `http://127.0.0.1:${port}`,
    async move(by_ms) {
      await writeFile(`${time_file}.new`, `${by_ms < 0 ? "-" : "+"}${Math.abs(by_ms) / 1000}\n`);
      await rename(`${time_file}.new`, time_file);
    },
    stop: () => end(child),
  };
}

async function connectOrStart(): Promise<{ socket: Socket; cluster: Cluster }> {
  const until = performance.now() + CONNECT_MS_MAX;
  // One for each checkout and user: other checkouts may hold another version of the supervisor.
  const own = createHash("sha256")
    .update(import.meta.dirname)
    .digest("hex")
    .slice(0, 12);
  const folder = join(tmpdir(), `holdfast-ceph-${userInfo().uid}-${own}`);
  for (;;) {
    try {
      return await askSupervisor(join(folder, "socket"), until - performance.now());
    } catch (error) {
      if (performance.now() > until || error instanceof GatewayFailure) throw error;
    }
    if (await makeFolder(folder)) startSupervisor(folder);
    await sleep(200);
  }
}

class GatewayFailure extends Error {}

function askSupervisor(path: string, wait_ms: number): Promise<{ socket: Socket; cluster: Cluster }> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    const timer = setTimeout(() => socket.destroy(new GatewayFailure("the gateway took too long to start")), wait_ms);
    let text = "";
    socket.setEncoding("utf8");
    socket.once("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    socket.once("close", () => reject(new Error("the supervisor ended")));
    socket.on("data", (piece: string) => {
      text += piece;
      if (!text.includes("\n")) return;
      clearTimeout(timer);
      const answer = JSON.parse(text) as Cluster & { readonly error?: string };
      if (answer.error === undefined) resolve({ socket, cluster: answer });
      else reject(new GatewayFailure(answer.error));
    });
  });
}

/** Making a folder succeeds for one process only; that one starts the supervisor. A dead supervisor's is moved away. */
async function makeFolder(folder: string): Promise<boolean> {
  try {
    await mkdir(folder, { mode: 0o700 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const away = `${folder}-${randomBytes(4).toString("hex")}`;
  if (await isStarting(folder)) return false;
  try {
    await rename(folder, away);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error; // it ended by itself, or another was faster
    return false;
  }
  await rm(away, { recursive: true, force: true });
  return false;
}

/** A supervisor whose process lives is starting or ending. */
async function isStarting(folder: string): Promise<boolean> {
  try {
    const pid = Number(await readFile(join(folder, "pid"), "utf8"));
    process.kill(pid, 0);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    const made = await stat(folder).catch(() => undefined);
    return made !== undefined && Date.now() - made.ctimeMs < 10_000; // its process is about to say its id
  }
}

function startSupervisor(folder: string): void {
  const script = fileURLToPath(new URL("./supervisor.ts", import.meta.url));
  const child = spawn(process.execPath, [script, folder], { detached: true, stdio: "ignore", cwd: "/" });
  child.unref();
  if (child.pid !== undefined) void writeFile(join(folder, "pid"), String(child.pid));
}
