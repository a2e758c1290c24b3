import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { createServer, type SecureVersion } from "node:tls";
import { systemClock as clock, systemRandom as random } from "../../../base/index.ts";
import { joinGateway } from "../testing/ceph/gateway.ts";
import { gatewayMissing } from "../testing/ceph/programs.ts";
import { rejects } from "../testing/contract.ts";
import { openS3Store } from "./store.ts";

const skip = gatewayMissing() ?? (existsSync("/usr/bin/openssl") ? false : "openssl is missing: package openssl");

test("s3: TLS 1.3 with a certificate that is trusted, or nothing", { skip, timeout: 60_000 }, async (t) => {
  const dir = mkdtempSync(join(tmpdir(), "holdfast-tls-"));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const gateway = await joinGateway();
  t.after(() => gateway.leave());
  const [cert, key] = [join(dir, "cert.pem"), join(dir, "key.pem")];
  const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
  const make = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
  execFileSync("openssl", [...make, ...subject, "-keyout", key, "-out", cert], { stdio: "ignore" });
  const bucket = await gateway.bucket();

  const open = async (
    versions: { readonly minVersion?: SecureVersion; readonly maxVersion?: SecureVersion },
    ca: boolean,
  ) => {
    const server = createServer({ cert: readFileSync(cert), key: readFileSync(key), ...versions }, (client) => {
      const upstream = connect(Number(new URL(gateway.endpoint).port), "127.0.0.1");
      for (const socket of [client, upstream]) socket.on("error", () => socket.destroy());
      client.pipe(upstream).pipe(client);
    });
    server.on("tlsClientError", () => undefined); // a client that refuses us is what is wanted
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const endpoint = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const config = { ...gateway.config(bucket), endpoint, ...(ca ? { ca_file: cert } : {}) };
    const store = await openS3Store({ config, clock, random });
    t.after(async () => {
      await store.close();
      server.close();
    });
    return store;
  };

  const trusted = await open({}, true);
  await trusted.put("k", Buffer.from("x"));
  await rejects((await open({}, false)).get("k"), "STORE_INSECURE", /certificate/);
  await rejects((await open({ maxVersion: "TLSv1.2" }, true)).get("k"), "STORE_INSECURE");
});
