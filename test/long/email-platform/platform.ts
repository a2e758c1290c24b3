/** The servers and folders of an email platform, with somebody's data in them, and the application made of them. */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TestServer } from "../../../src/engine/source/mariadb/testing/server.ts";
import { Cluster } from "../../../src/engine/source/postgresql/testing/cluster.ts";

const POSTGRESQL = `
  CREATE TABLE suppressions (address text NOT NULL, scope text NOT NULL DEFAULT '', reason text NOT NULL DEFAULT '',
    suppressed_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (address, scope));
  CREATE TABLE sent (id bigint PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp())`;
const MAILWIZZ = [
  "CREATE DATABASE mailwizz",
  "USE mailwizz",
  `CREATE TABLE mailwizz.mw_list_subscriber (subscriber_id INT PRIMARY KEY AUTO_INCREMENT, list_id INT NOT NULL,
    email VARCHAR(150) NOT NULL, status CHAR(15) NOT NULL DEFAULT 'confirmed', date_added DATETIME NOT NULL,
    last_updated DATETIME NOT NULL, KEY (email))`,
  `CREATE TABLE mailwizz.mw_email_blacklist (email_id INT PRIMARY KEY AUTO_INCREMENT, subscriber_id INT, email VARCHAR(150)
    NOT NULL, reason TEXT, date_added DATETIME NOT NULL, last_updated DATETIME NOT NULL, KEY (email))`,
  "CREATE TABLE mailwizz.mw_delivery_server (server_id INT PRIMARY KEY, status CHAR(15) NOT NULL)",
  "INSERT INTO mailwizz.mw_delivery_server VALUES (1, 'active')",
  `INSERT INTO mailwizz.mw_list_subscriber (list_id, email, date_added, last_updated)
    SELECT 1 + seq % 3, CONCAT('s', seq, '@example.net'), UTC_TIMESTAMP(), UTC_TIMESTAMP() FROM seq_1_to_3000`,
];

export interface Platform extends AsyncDisposable {
  readonly cluster: Cluster;
  readonly server: TestServer;
  /** Of PowerMTA: its configuration, domains and DKIM keys. */
  readonly pmta: string;
  readonly source: ReturnType<typeof sourceOf>;
}

/** Starts PostgreSQL and MariaDB, and lays MailWizz's and PowerMTA's files below the folder. */
export async function startPlatform(dir: string): Promise<Platform> {
  const cluster = await Cluster.start();
  const server = await TestServer.start();
  await cluster.sql(POSTGRESQL);
  await server.sql(...MAILWIZZ);
  const [web, pmta] = [join(dir, "web"), join(dir, "pmta")];
  mkdirSync(join(web, "apps"), { recursive: true });
  writeFileSync(join(web, "apps", "main.php"), "<?php // MailWizz");
  mkdirSync(join(pmta, "domains"), { recursive: true });
  mkdirSync(join(pmta, "dkim"));
  writeFileSync(join(pmta, "config"), "include domains/*.conf\ndomain-key mail,example.net,dkim/example.net.pem\n");
  writeFileSync(join(pmta, "domains", "a.conf"), "<domain example.net>\n</domain>\n");
  execFileSync("openssl", ["genrsa", "-out", join(pmta, "dkim", "example.net.pem"), "2048"], { stdio: "ignore" });
  return {
    cluster,
    server,
    pmta,
    source: sourceOf(cluster, server, web, pmta),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await cluster[Symbol.asyncDispose]();
    },
  };
}

function sourceOf(cluster: Cluster, server: TestServer, web: string, pmta: string) {
  const program = { kind: "file" as const, name: "the program is there", path: join(web, "apps/main.php") };
  const tls = { mode: "disable" as const };
  const wal = { heartbeat_seconds: 0.5 };
  return {
    kind: "application" as const,
    profile: "email-platform" as const,
    profile_options: { pmta_config: join(pmta, "config") },
    suppressions: { every_seconds: 1 },
    parts: [
      {
        name: "postgresql",
        source: { kind: "postgresql" as const, host: cluster.folder, user: "postgres", tls, wal },
      },
      { name: "mailwizz-db", source: { kind: "mariadb" as const, host: server.instance.socket, user: "root" } },
      {
        name: "mailwizz-files",
        source: { kind: "files" as const, paths: [web] },
        health: [{ ...program, contains: "MailWizz" }],
      },
      { name: "powermta", source: { kind: "files" as const, paths: [pmta] } },
    ],
  };
}
