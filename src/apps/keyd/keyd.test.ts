import assert from "node:assert/strict";
import { type ChildProcessByStdio, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { createServer, request } from "node:http";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { hasCode, newId, systemClock, systemRandom } from "../../base/index.ts";
import { connectKeyManager } from "../../engine/keyservice/index.ts";
import { keyManagerContract } from "../../engine/keys/testing/contract.ts";
import { createKeyManagerRig } from "./testing/rig.ts";
import { startKeyManagerProcess } from "./spawn.ts";

const run = promisify(execFile);
const MAIN = fileURLToPath(new URL("./main.ts", import.meta.url));

function code(expected: string) {
  return (error: unknown) => {
    assert.ok(hasCode(error, expected), `expected ${expected}, got ${error}`);
    return true;
  };
}

keyManagerContract("local, through its process", async () => {
  const ends: (() => unknown)[] = [];
  const rig = await createKeyManagerRig({ after: (end) => ends.push(end as () => unknown) });
  await rig.start();
  const { key_id } = await (await rig.connect("admin")).createKey("contract");
  return {
    manager: await rig.connect("server"),
    key_id,
    unknown_key_id: newId("cmk", systemClock, systemRandom),
    close: async () => {
      for (const end of ends) await end();
    },
  };
});

test("administration over the socket, and errors keep code, reason and remedy", async (t) => {
  const rig = await createKeyManagerRig(t);
  await rig.start();
  assert.equal((await stat(rig.socket_path)).mode & 0o777, 0o600);
  for (const name of ["server", "admin"]) {
    assert.equal((await stat(join(rig.token_dir, `${name}.token`))).mode & 0o777, 0o600);
  }
  const admin = await rig.connect("admin");
  const server = await rig.connect("server");
  const { key_id } = await admin.createKey("acme");
  assert.equal((await admin.rotateKey(key_id)).versions.length, 2);
  assert.equal((await admin.disableKey(key_id, 2)).versions[1]?.state, "DISABLED");
  assert.equal((await admin.enableKey(key_id, 2)).versions[1]?.state, "ENABLED");
  const pending = await admin.scheduleDestruction(key_id, { version: 1, after_days: 7 });
  assert.equal(pending.versions[0]?.state, "PENDING_DESTRUCTION");
  assert.equal((await admin.cancelDestruction(key_id, 1)).versions[0]?.state, "DISABLED");
  assert.deepEqual(await server.describeKey(key_id), (await admin.listKeys())[0]);

  await admin.revoke("server", "*", ["wrap"]);
  await assert.rejects(server.wrap(key_id, Buffer.of(1), {}), (error) => {
    assert.ok(hasCode(error, "KEY_ACCESS_DENIED"));
    assert.equal(error.status_reason, "EncryptionKeyAccessDenied");
    assert.equal(error.retry, "later");
    assert.match(error.guidance, /baas keyd grant --principal server/);
    return true;
  });
  const granted = await admin.grant("server", key_id, ["wrap"]);
  assert.deepEqual(granted.grants.at(-1), { principal: "server", key_id, rights: ["wrap"] });
  await server.wrap(key_id, Buffer.of(1), { backup: "bkp_1" });
  const agent = await admin.addPrincipal("agent");
  assert.equal((await admin.listPrincipals()).length, 3);
  assert.notEqual((await admin.rotateToken("agent")).token, agent.token);
  await admin.removePrincipal("agent");

  const audit = await admin.auditLog({ action: "key.wrap" });
  assert.deepEqual(
    audit.entries.map(({ outcome }) => outcome),
    ["DENIED", "OK"],
  );
  const verdict = await admin.verifyAuditLog();
  assert.equal(verdict.ok, true);
  assert.equal((await admin.verifyAuditLog(verdict.head)).ok, true);
  const wrong_head = { seq: verdict.head.seq, hash: "0".repeat(64) };
  assert.equal((await admin.verifyAuditLog(wrong_head)).ok, false);
  const stranger = connectKeyManager({ socket_path: rig.socket_path, token: "hkt_nobody" });
  t.after(() => stranger.close());
  await assert.rejects(stranger.listKeys(), code("KEY_ACCESS_DENIED"));
});

test("SIGTERM drains: what was answered is in the log, which verifies without the process", async (t) => {
  const rig = await createKeyManagerRig(t);
  const keyd = await rig.start();
  const { key_id } = await (await rig.connect("admin")).createKey("acme");
  const server = await rig.connect("server");
  await Promise.all(Array.from({ length: 50 }, () => server.wrap(key_id, Buffer.of(1), {})));
  await keyd.stop();
  assert.equal(await keyd.exited, 0);
  const { stdout } = await run(process.execPath, [MAIN, "verify-audit", join(rig.dir, "audit")]);
  const verdict = JSON.parse(stdout);
  assert.equal(verdict.ok, true);
  assert.equal(verdict.entries_count, 54); // start, create (STARTED, OK), 50 wraps, stop
  await assert.rejects(server.wrap(key_id, Buffer.of(1), {}), code("KEY_MANAGER_UNREACHABLE"));

  const segment = join(rig.dir, "audit", "audit-0000000000000001.jsonl");
  await writeFile(segment, (await readFile(segment, "utf8")).replace('"server"', '"nobody"'));
  await assert.rejects(run(process.execPath, [MAIN, "verify-audit", join(rig.dir, "audit")]), { code: 2 });
});

test("the administrator's commands", async (t) => {
  const rig = await createKeyManagerRig(t);
  await rig.start();
  const token_file = join(rig.token_dir, "admin.token");
  const keyd = async (...args: string[]) => {
    const { stdout } = await run(process.execPath, [
      MAIN,
      ...args,
      "--socket",
      rig.socket_path,
      "--token-file",
      token_file,
    ]);
    return JSON.parse(stdout);
  };
  const { key_id } = await keyd("create", "--alias", "acme");
  const grant = ["--principal", "server", "--key", key_id, "--right", "wrap", "unwrap"];
  assert.deepEqual((await keyd("grant", ...grant)).grants.at(-1).rights, ["wrap", "unwrap"]);
  const pending = await keyd("schedule-destruction", "--key", key_id, "--after-days", "9");
  assert.equal(pending.state, "PENDING_DESTRUCTION");
  await assert.rejects(keyd("rotate", "--key", key_id), /KEY_STATE_CONFLICT: key cmk_\w+ is PENDING_DESTRUCTION/);
});

test("set-up prints the tokens once, as JSON; a lost token is replaced at the machine itself", async (t) => {
  const rig = await createKeyManagerRig(t);
  const secret = { ...process.env, HOLDFAST_KEYD_ROOT_SECRET: "7c".repeat(32) };
  const first = await run(process.execPath, [MAIN, "--dir", rig.dir, "--init"], { env: secret });
  const names = JSON.parse(first.stdout).principals.map(({ principal }: { principal: string }) => principal);
  assert.deepEqual(names, ["server", "admin"]);
  const again = await run(process.execPath, [MAIN, "--dir", rig.dir, "--init"], { env: secret });
  assert.equal(again.stdout, "");
  const reset = await run(process.execPath, [MAIN, "--dir", rig.dir, "--reset-token", "admin"], { env: secret });
  const { token } = JSON.parse(reset.stdout).principals[0];

  // The secret over stdin, and the end of stdin as the end of the parent.
  const args = ["--dir", rig.dir, "--socket", rig.socket_path, "--root-secret-stdin", "--stop-with-stdin"];
  const keyd = spawn(process.execPath, [MAIN, ...args], { stdio: ["pipe", "pipe", "inherit"] });
  keyd.stdin.write(`${"7c".repeat(32)}\n`);
  const ready = await firstOutput(keyd);
  assert.match(ready, /^keyd ready: pid \d+, unix:/);
  const admin = connectKeyManager({ socket_path: rig.socket_path, token });
  assert.deepEqual(await admin.listKeys(), []);
  admin.close();
  keyd.stdin.end();
  const [exit_code] = await once(keyd, "exit");
  assert.equal(exit_code, 0);
});

test("a start that fails says why", async (t) => {
  const rig = await createKeyManagerRig(t);
  await rig.start();
  const root_secret_file = join(rig.base, "root-secret");
  const other = { socket_path: join(rig.base, "other.sock"), log_file: join(rig.base, "other.log"), root_secret_file };
  const failures = [
    { options: { ...other, dir: join(rig.base, "nothing") }, says: /KEY_STORE_NOT_SET_UP/ },
    { options: { ...other, dir: rig.dir, root_secret_file: join(rig.base, "nowhere") }, says: /KEY_ROOT_SECRET_WRONG/ },
  ];
  for (const { options, says } of failures) {
    await assert.rejects(startKeyManagerProcess(options), (error) => {
      assert.ok(hasCode(error, "KEY_MANAGER_START_FAILED"));
      assert.match(error.message, says);
      return true;
    });
  }
});

test("callers that misbehave are bounded", async (t) => {
  const rig = await createKeyManagerRig(t);
  await rig.start();
  const token = await rig.token("server");
  const send = (path: string, body: string) =>
    new Promise<{ status: number | undefined; code: string }>((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}` };
      const sent = request({ socketPath: rig.socket_path, method: "POST", path, headers, agent: false }, (answer) => {
        let text = "";
        answer.setEncoding("utf8").on("data", (part: string) => (text += part));
        answer.on("end", () => resolve({ status: answer.statusCode, code: JSON.parse(text).code }));
        answer.on("error", reject);
      });
      sent.on("error", reject);
      sent.end(body);
    });
  const invalid = { status: 400, code: "KEY_REQUEST_INVALID" };
  assert.deepEqual(await send("/v1/wrap", "x".repeat(65 * 1024)), invalid);
  assert.deepEqual(await send("/v1/wrap", "{"), invalid);
  assert.deepEqual(await send("/v1/wrap", '{"key_id":"cmk_x"}'), invalid);
  assert.deepEqual(await send("/v1/toString", "{}"), invalid);
  const unknown_field = '{"key_id":"cmk_x","plaintext":"","context":{},"principal":"admin"}';
  assert.deepEqual(await send("/v1/wrap", unknown_field), invalid);
});

test("a key manager that does not answer, or is none, is named", async (t) => {
  const rig = await createKeyManagerRig(t);
  const client = connectKeyManager({ socket_path: rig.socket_path, token: "hkt_x", timeout_ms: 300 });
  t.after(() => client.close());
  await assert.rejects(client.listKeys(), (error) => {
    assert.ok(hasCode(error, "KEY_MANAGER_UNREACHABLE"));
    assert.equal(error.retry, "soon");
    assert.equal(error.status_reason, "EncryptionKeyAccessDenied");
    return true;
  });
  let answer: string | null = null;
  const impostor = createServer((_, response) => {
    if (answer !== null) response.end(answer);
  });
  t.after(() => {
    impostor.closeAllConnections();
    impostor.close();
  });
  await new Promise<void>((resolve) => impostor.listen(rig.socket_path, resolve));
  await assert.rejects(client.listKeys(), /no answer within 300 ms/);
  for (answer of ["<html>", '{"keys":[{}]}']) {
    await assert.rejects(client.listKeys(), code("KEY_MANAGER_BAD_ANSWER"));
  }
});

test("TLS 1.3 with certificates on both sides", async (t) => {
  const rig = await createKeyManagerRig(t);
  await mkdir(rig.token_dir, { mode: 0o700 });
  const pki = await createCertificates(rig.base);
  const tls = [
    "--tls-cert",
    pki.path("server.crt"),
    "--tls-key",
    pki.path("server.key"),
    "--tls-client-ca",
    pki.path("ca.crt"),
  ];
  const args = [MAIN, "--dir", rig.dir, "--init", "--token-dir", rig.token_dir, "--listen", "127.0.0.1:0", ...tls];
  const keyd = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  rig.cleanups.push(async () => {
    keyd.kill("SIGTERM");
    if (keyd.exitCode === null) await once(keyd, "exit");
  });
  const ready = await firstOutput(keyd);
  const url = /https:\S+/.exec(ready)?.[0] ?? "";
  const token = await rig.token("admin");
  const [ca, cert, key] = await Promise.all(["ca.crt", "client.crt", "client.key"].map(pki.read));
  const common = { url, ca: ca ?? "", token };

  const admin = connectKeyManager({ ...common, cert: cert ?? "", key: key ?? "" });
  t.after(() => admin.close());
  assert.equal((await admin.createKey("acme")).alias, "acme");
  assert.equal((await admin.listKeys()).length, 1);

  const [foreign_cert, foreign_key] = await Promise.all(["foreign.crt", "foreign.key"].map(pki.read));
  const foreign = connectKeyManager({ ...common, cert: foreign_cert ?? "", key: foreign_key ?? "" });
  const nobody = connectKeyManager({ ...common, cert: "", key: "" });
  const distrustful = connectKeyManager({ ...common, ca: foreign_cert ?? "", cert: cert ?? "", key: key ?? "" });
  for (const client of [foreign, nobody, distrustful]) {
    t.after(() => client.close());
    await assert.rejects(client.listKeys(), code("KEY_MANAGER_UNREACHABLE"));
  }
  const { port } = new URL(url);
  const old = run("openssl", ["s_client", "-connect", `127.0.0.1:${port}`, "-tls1_2", "-brief"]);
  old.child.stdin?.end();
  await assert.rejects(old, /alert protocol version/);
});

test("the key manager ends with its parent, even one killed with SIGKILL", async (t) => {
  const rig = await createKeyManagerRig(t);
  const options = {
    dir: rig.dir,
    socket_path: rig.socket_path,
    log_file: rig.log_file,
    root_secret_file: join(rig.base, "root-secret"),
    init: { token_dir: rig.token_dir },
  };
  const spawn_url = new URL("./spawn.ts", import.meta.url).href;
  const script = `
    const { startKeyManagerProcess } = await import(${JSON.stringify(spawn_url)});
    const { pid } = await startKeyManagerProcess(${JSON.stringify(options)});
    console.log(pid);
    setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => parent.kill("SIGKILL"));
  const first_pid = Number(await firstOutput(parent));
  parent.kill("SIGKILL");
  // The next server starts its own at once: it waits for the folder and takes over socket and keys.
  const next = await rig.start();
  assert.notEqual(next.pid, first_pid);
  // It let go of the folder just before its end; one that nobody has reaped yet has an empty command line.
  const commandLine = () => readFile(`/proc/${first_pid}/cmdline`, "utf8").catch(() => "");
  for (let tries = 0; (await commandLine()) !== ""; tries++) {
    assert.ok(tries < 100, "still runs 5 s later");
    await systemClock.sleep(50);
  }
  assert.deepEqual(await (await rig.connect("admin")).listKeys(), []);
});

/** What the child prints first; fails when it ends before. */
async function firstOutput(child: ChildProcessByStdio<Writable | null, Readable, null>): Promise<string> {
  const ended = once(child, "exit").then(([exit_code]) => assert.fail(`ended with ${exit_code} before it was ready`));
  const [data] = await Promise.race([once(child.stdout, "data", { signal: AbortSignal.timeout(10_000) }), ended]);
  return String(data);
}

/** A CA, a server and a client certificate by openssl, and a self-signed one that no one trusts. */
async function createCertificates(dir: string) {
  const path = (name: string) => join(dir, name);
  const ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  const req = (name: string, ...more: string[]) =>
    run("openssl", ["req", "-x509", ...ec, "-keyout", path(`${name}.key`), "-out", path(`${name}.crt`), ...more]);
  await req("ca", "-subj", "/CN=test-ca");
  const signed = ["-CA", path("ca.crt"), "-CAkey", path("ca.key"), "-addext", "basicConstraints=critical,CA:FALSE"];
  await req("server", "-subj", "/CN=keyd", "-addext", "subjectAltName=IP:127.0.0.1", ...signed);
  await req("client", "-subj", "/CN=holdfast-server", ...signed);
  await req("foreign", "-subj", "/CN=foreign");
  return { path, read: (name: string) => readFile(path(name), "utf8") };
}
