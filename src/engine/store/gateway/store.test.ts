import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer as createProxy, type Server } from "node:http";
import { createServer } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { after } from "node:test";
import { MemoryStore } from "../memory.ts";
import type { GatewayStoreConfig, ObjectStore } from "../port.ts";
import { keysOf, rejects, storeContract } from "../testing/contract.ts";
import { identityFiles } from "./connection.ts";
import { serveStore } from "./serve.ts";
import { openGatewayStore } from "./store.ts";
import { systemClock } from "../../../base/index.ts";

const skip = existsSync("/usr/bin/openssl") ? false : "openssl is missing: package openssl";
const dir = mkdtempSync(join(tmpdir(), "holdfast-gateway-"));
after(() => rmSync(dir, { recursive: true, force: true }));

/** One certificate that is everything: the server's, the client's, and its own authority. */
function makeIdentity(): void {
  const [key, cert] = [join(dir, identityFiles.key), join(dir, identityFiles.certificate)];
  const name = "gateway.holdfast.internal";
  const subject = ["-subj", `/CN=${name}`, "-addext", `subjectAltName=DNS:${name}`];
  const make = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
  execFileSync("openssl", [...make, ...subject, "-keyout", key, "-out", cert], { stdio: "ignore" });
  copyFileSync(cert, join(dir, identityFiles.authority));
}

/** Serves a store to whoever has the certificate. */
async function serve(t: { after(work: () => void): void }, store: ObjectStore): Promise<GatewayStoreConfig> {
  const [key, cert] = [identityFiles.key, identityFiles.certificate].map((name) => readFileSync(join(dir, name)));
  const options = { key, cert, ca: cert, requestCert: true, minVersion: "TLSv1.3" as const };
  const server = createServer(options, (request, response) => {
    const path = request.url?.slice("/agent/store/here/".length) ?? "";
    void serveStore(request, response, path, store, async () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { kind: "gateway", url, place: "here", identity_dir: dir, protocol: 1 };
}

if (skip === false) {
  makeIdentity();
  storeContract("gateway", async (t, options) => {
    const inner = new MemoryStore(options);
    const config = await serve(t, inner);
    const fill = async (keys: readonly string[]) => {
      for (const key of keys) await inner.put(key, Buffer.from("x"));
    };
    return { open: () => openGatewayStore(config, systemClock), fill };
  });
}

test("gateway: goes through a proxy, whose password it says, and which cannot look inside", { skip }, async (t) => {
  const inner = new MemoryStore({ clock: systemClock });
  const config = await serve(t, inner);
  const seen: Buffer[] = [];
  const proxy: Server = createProxy();
  proxy.on("connect", (request, client, head) => {
    if (request.headers["proxy-authorization"] !== `Basic ${Buffer.from("me:s3cret").toString("base64")}`) {
      client.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
      return;
    }
    const [host, port] = (request.url ?? "").split(":");
    const upstream = connect(Number(port), host, () => {
      client.write("HTTP/1.1 200 OK\r\n\r\n");
      upstream.write(head);
      client.on("data", (bytes: Buffer) => seen.push(bytes));
      client.pipe(upstream).pipe(client);
    });
    for (const socket of [client, upstream]) socket.on("error", () => socket.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    proxy.close();
    proxy.closeAllConnections();
  });
  const at = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const refused = await openGatewayStore({ ...config, proxy: `http://${at}` }, systemClock);
  await rejects(refused.put("k", Buffer.from("x")), "STORE_UNAVAILABLE");
  await refused.close();
  const store = await openGatewayStore({ ...config, proxy: `http://me:s3cret@${at}` }, systemClock);
  await store.put("packs/a", Buffer.from("not to be seen by any proxy"));
  assert.deepEqual(await keysOf(store, ""), ["packs/a"]);
  await store.close();
  assert.ok(Buffer.concat(seen).length > 500 && !Buffer.concat(seen).includes("not to be seen"));
});
