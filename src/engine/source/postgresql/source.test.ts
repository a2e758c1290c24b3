import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import test from "node:test";
import { systemClock as clock } from "../../../base/index.ts";
import { identify, type PgTarget } from "./index.ts";
import { Cluster, needsPostgres } from "./testing/cluster.ts";

const MAKE_CERTIFICATE = `openssl req -new -x509 -days 2 -nodes -subj /CN=localhost \\
  -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout key.pem -out cert.pem 2>/dev/null
chmod 600 key.pem; chown --reference=data key.pem cert.pem
printf '%s\\n' 'local all postgres trust' 'hostssl all,replication all 127.0.0.1/32 scram-sha-256' > data/pg_hba.conf`;

test("TLS with a verified certificate, SCRAM, and refusals by name", { skip: needsPostgres }, async () => {
  await using cluster = await Cluster.start(["ssl = off"]);
  await cluster.sql("SET password_encryption = 'scram-sha-256'; CREATE ROLE baas LOGIN REPLICATION PASSWORD 's3cret'");
  await cluster.sql("CREATE ROLE nobody LOGIN PASSWORD 'x'");
  execFileSync("bash", ["-ceu", MAKE_CERTIFICATE], { cwd: cluster.folder });
  const port = 20_000 + (process.pid % 20_000);
  await cluster.sql(`ALTER SYSTEM SET ssl_cert_file = '${cluster.folder}/cert.pem'`);
  await cluster.sql(`ALTER SYSTEM SET ssl_key_file = '${cluster.folder}/key.pem'`);
  await cluster.sql("ALTER SYSTEM SET ssl = on");
  await cluster.sql("ALTER SYSTEM SET listen_addresses = '127.0.0.1'");
  await cluster.sql(`ALTER SYSTEM SET port = ${port}`);
  await cluster.down();
  await cluster.up();
  const base = { host: "127.0.0.1", port, user: "baas", password: "s3cret", database: "postgres" } as const;
  const verified = { mode: "verify-full", ca_file: join(cluster.folder, "cert.pem") } as const;
  const connects = (to: PgTarget) => identify(to, clock);
  assert.match((await connects({ ...base, tls: verified })).system_identifier, /^\d+$/);
  await connects({ ...base, tls: { mode: "require" } });
  await assert.rejects(connects({ ...base, tls: { mode: "verify-full" } }), { code: "PG_UNREACHABLE" });
  await assert.rejects(connects({ ...base, tls: { mode: "disable" } }), { code: "PG_DENIED" });
  await assert.rejects(connects({ ...base, password: "wrong", tls: verified }), { code: "PG_DENIED" });
  await assert.rejects(connects({ ...base, user: "nobody", password: "x", tls: verified }), { code: "PG_DENIED" });
  await assert.rejects(connects({ ...base, port: 1, tls: verified }), { code: "PG_UNREACHABLE" });
});
