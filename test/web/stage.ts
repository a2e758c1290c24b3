/** A real server with a world of its own, and a real browser that looks at it. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Browser, chromium, type Page } from "playwright-core";
import { ensureConsole } from "../../scripts/web/ensure-console.ts";
import { systemClock, systemRandom } from "../../src/base/index.ts";
import { createToken } from "../../src/control/access/index.ts";
import { loadConfig } from "../../src/platform/config/index.ts";
import type { Db } from "../../src/platform/db/index.ts";
import { silentLogger } from "../../src/platform/log/index.ts";
import { createApi, listen } from "../../src/apps/api/index.ts";
import { startServer } from "../../src/apps/server/index.ts";

const CHROMIUM = "/usr/bin/chromium";
const CHROMIUM_ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const JOB_LIMIT_MS = 120_000;
/** A busy machine is slow, not broken. */
const WAIT_LIMIT_MS = 90_000;
const ROOT = dirname(dirname(import.meta.dirname));

/** A provider that does not answer: what it is set to is shown all the same. */
const OIDC = {
  BAAS_OIDC_NAME: "Company",
  BAAS_OIDC_ISSUER: "http://127.0.0.1:9/realms/main",
  BAAS_OIDC_CLIENT_ID: "holdfast",
  BAAS_OIDC_PUBLIC_URL: "https://backup.example.com",
  BAAS_OIDC_REQUIRED_GROUPS: "operators",
};

export interface View {
  readonly scheme?: "light" | "dark";
  readonly width?: number;
  readonly height?: number;
  /** Another token than the admin's; null for nobody signed in. */
  readonly token?: string | null;
}

// oxlint-disable-next-line typescript/no-explicit-any -- tests look into whatever came
type Json = any;

export interface Stage {
  readonly url: string;
  readonly admin_token: string;
  readonly db: Db;
  /** For files to protect and places to restore to; gone with the stage. */
  readonly dir: string;
  call(method: string, path: string, body?: unknown): Promise<Json>;
  /** The job when it has ended, whatever its state. */
  ended(job_id: string): Promise<Json>;
  token(scopes: readonly string[]): Promise<string>;
  /** A page, signed in; `problems` gets what the browser complains about. */
  open(path: string, view?: View): Promise<Page & { readonly problems: string[] }>;
  close(): Promise<void>;
}

/** Starts both; builds the console if its sources are newer. */
export async function openStage(options: { readonly oidc?: boolean } = {}): Promise<Stage> {
  ensureConsole(ROOT, () => undefined);
  const dir = mkdtempSync(join(tmpdir(), "holdfast-web-"));
  chmodSync(dir, 0o711); // PostgreSQL, which does not run as root, has to pass through
  const env = {
    BAAS_DATA_DIR: join(dir, "data"),
    BAAS_LISTEN_PORT: "0",
    BAAS_SCHEDULE_TICK_SECONDS: "2",
    ...(options.oidc === true ? OIDC : {}),
  };
  const server = await startServer({
    config: loadConfig({ env }),
    log: silentLogger,
    mountApi: async (parts) => {
      const app = await createApi({ ...parts, version: "test" });
      return listen(app, { ...parts.config.listen, socket_path: parts.layout.api_socket });
    },
  });
  const url = server.url ?? "";
  const admin_token = server.admin_token ?? "";
  /** Several pages may be opened at once: they share the one that the first began to start. */
  let browser: Promise<Browser> | undefined;
  const call = async (method: string, path: string, body?: unknown): Promise<Json> => {
    const answer = await fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${admin_token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const json = (await answer.json()) as Json;
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(json)}`);
    return json;
  };
  const sessions = new Map<string, { name: string; value: string; url: string }>();
  /** The cookie of a session that this token opens: one a token, since an address may sign in only so often. */
  const sessionOf = async (token: string) => {
    const known = sessions.get(token);
    if (known !== undefined) return known;
    const answer = await fetch(`${url}/v1/session`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ token }),
    });
    const [pair = ""] = (answer.headers.get("set-cookie") ?? "").split(";");
    const [name = "", value = ""] = pair.split("=");
    const cookie = { name, value, url };
    sessions.set(token, cookie);
    return cookie;
  };
  return {
    url,
    admin_token,
    db: server.parts.db,
    dir,
    call,
    async ended(job_id) {
      const until_ms = Date.now() + JOB_LIMIT_MS;
      for (;;) {
        const job = await call("GET", `/v1/jobs/${job_id}`);
        if (job.finished_at !== null) return job;
        if (Date.now() > until_ms) throw new Error(`job ${job_id} has not ended: ${JSON.stringify(job)}`);
        await delay(100);
      }
    },
    token: async (scopes) =>
      (await createToken(server.parts.db, { name: "test", scopes }, { clock: systemClock, random: systemRandom }))
        .secret,
    async open(path, view = {}) {
      browser ??= chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGS });
      const { scheme = "light", width = 1440, height = 900, token = admin_token } = view;
      const context = await (await browser).newContext({ viewport: { width, height }, colorScheme: scheme });
      if (token !== null) await context.addCookies([await sessionOf(token)]);
      const page = await context.newPage();
      page.setDefaultTimeout(WAIT_LIMIT_MS);
      const problems: string[] = [];
      page.on("console", (message) => {
        // That the server refused something is the page's to tell, and is what some tests are about.
        if (/the server responded with a status of 4\d\d/.test(message.text())) return;
        if (message.type() === "error" || message.type() === "warning") problems.push(message.text());
      });
      page.on("pageerror", (error) => problems.push(String(error)));
      await page.goto(url + path);
      return Object.assign(page, { problems });
    },
    async close() {
      await (await browser)?.close();
      await server.close();
      rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** A small folder with some files in it. */
export function makeFolder(stage: Stage, name: string, files = 40): string {
  const folder = join(stage.dir, name);
  mkdirSync(join(folder, "sub"), { recursive: true });
  for (let n = 0; n < files; n++) {
    const path = join(folder, n % 3 === 0 ? "sub" : "", `file-${n}.txt`);
    writeFileSync(path, `${name} ${n}\n`.repeat(200 + n * 13));
  }
  return folder;
}
