import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { connect, type SecureVersion } from "node:tls";
import { Worker } from "node:worker_threads";
import { TLS_VERSION_MIN } from "./index.ts";

const skip = existsSync("/usr/bin/openssl") ? false : "openssl is missing: package openssl";

test("nothing in a process speaks less than TLS 1.3, libraries and threads included", { skip }, async (t) => {
  const dir = mkdtempSync(join(tmpdir(), "holdfast-base-tls-"));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const [cert, key] = [join(dir, "cert.pem"), join(dir, "key.pem")];
  const make = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  execFileSync("openssl", [...make, ...subject, "-keyout", key, "-out", cert], { stdio: "ignore" });
  const pair = { cert: readFileSync(cert), key: readFileSync(key) };
  const serve = async (versions: { minVersion?: SecureVersion; maxVersion?: SecureVersion }) => {
    const server = createServer({ ...pair, ...versions }, (_, response) => response.end("here"));
    server.on("tlsClientError", () => undefined);
    await once(server.listen(0, "localhost"), "listening");
    t.after(() => (server.closeAllConnections(), server.close()));
    return (server.address() as AddressInfo).port;
  };
  const spoken = async (port: number, versions: { maxVersion?: SecureVersion; minVersion?: SecureVersion } = {}) => {
    const socket = connect({ host: "localhost", port, ca: pair.cert, servername: "localhost", ...versions });
    try {
      await once(socket, "secureConnect");
      return socket.getProtocol();
    } finally {
      socket.destroy();
    }
  };
  const old = await serve({ minVersion: "TLSv1.2", maxVersion: "TLSv1.2" });
  const ours = await serve({});
  assert.equal(await spoken(ours), TLS_VERSION_MIN);
  await assert.rejects(spoken(old), { code: "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION" });
  await assert.rejects(spoken(ours, { minVersion: "TLSv1.2", maxVersion: "TLSv1.2" }), /protocol/i, "nor as a server");
  assert.equal(await spoken(old, { minVersion: "TLSv1.2" }), "TLSv1.2", "so it was not the certificate");
  await assert.rejects(fetch(`https://localhost:${old}`), ({ cause }: Error) => /protocol/i.test(String(cause)));
  const script = `import ${JSON.stringify(new URL("./index.ts", import.meta.url).href)};
    import tls from "node:tls"; import { parentPort } from "node:worker_threads";
    parentPort.postMessage(tls.DEFAULT_MIN_VERSION);`;
  const thread = new Worker(new URL(`data:text/javascript,${encodeURIComponent(script)}`));
  assert.deepEqual(await once(thread, "message"), [TLS_VERSION_MIN]);
});
