import type { Profile } from "./profile.ts";

/**
 * PostgreSQL with a table of suppressions, MailWizz (MariaDB and files), and PowerMTA's configuration with its DKIM
 * keys. What it expects of their schemas stands in docs/sources/application.md.
 * @param options `table_prefix`: of MailWizz's tables, `mw_` by default; `mailwizz_database`: where they are;
 * `pmta_config`: PowerMTA's main file
 */
export function emailPlatform(options: Readonly<Record<string, string>>): Profile {
  const prefix = (options["table_prefix"] ?? "mw_").replaceAll(/\W/g, "");
  const blacklist = `${prefix}email_blacklist`;
  const subscriber = `${prefix}list_subscriber`;
  const stopped = "status IN ('unsubscribed', 'blacklisted')";
  const database = options["mailwizz_database"] ?? "mailwizz";
  const list = "CONCAT('list:', list_id)";
  return {
    order: { postgresql: 10, "mailwizz-db": 10, "mailwizz-files": 20, powermta: 20 },
    health: {
      postgresql: [
        {
          kind: "sql",
          name: "suppressions can be read",
          sql: "SELECT count(*) >= 0 FROM suppressions",
          expect: "true",
        },
      ],
      "mailwizz-db": [
        {
          kind: "sql",
          database,
          name: "subscribers can be read",
          sql: `SELECT COUNT(*) >= 0 FROM ${subscriber}`,
          expect: "1",
        },
        {
          kind: "sql",
          database,
          name: "the blacklist can be read",
          sql: `SELECT COUNT(*) >= 0 FROM ${blacklist}`,
          expect: "1",
        },
      ],
      powermta: [
        { kind: "powermta", name: "configuration and DKIM keys", path: options["pmta_config"] ?? "/etc/pmta/config" },
      ],
    },
    collect: [
      {
        part: "postgresql",
        sql: `SELECT address, nullif(scope, '') AS scope, reason, suppressed_at AS at FROM suppressions
          WHERE suppressed_at >= :since::timestamptz ORDER BY suppressed_at`,
      },
      {
        part: "mailwizz-db",
        database,
        sql: `SELECT email AS address, NULL AS scope, reason, last_updated AS at FROM ${blacklist}
          WHERE last_updated >= :since OR date_added >= :since ORDER BY last_updated`,
      },
      {
        part: "mailwizz-db",
        database,
        sql: `SELECT email AS address, ${list} AS scope, status AS reason, last_updated AS at FROM ${subscriber}
          WHERE ${stopped} AND last_updated >= :since ORDER BY last_updated`,
      },
    ],
    apply: [
      {
        part: "postgresql",
        entries: "all",
        statements: [
          `INSERT INTO suppressions (address, scope, reason, suppressed_at)
           VALUES (:address, coalesce(:scope, ''), :reason, :at::timestamptz) ON CONFLICT DO NOTHING`,
        ],
        remaining: `SELECT CASE WHEN EXISTS (SELECT FROM suppressions
          WHERE lower(address) = lower(:address) AND scope = coalesce(:scope, '')) THEN 0 ELSE 1 END`,
      },
      {
        part: "mailwizz-db",
        database,
        entries: "everywhere",
        statements: [
          `INSERT INTO ${blacklist} (email, reason, date_added, last_updated)
           SELECT :address, :reason, :at, UTC_TIMESTAMP() FROM DUAL
           WHERE NOT EXISTS (SELECT 1 FROM ${blacklist} WHERE email = :address)`,
          `UPDATE ${subscriber} SET status = 'blacklisted', last_updated = UTC_TIMESTAMP()
           WHERE email = :address AND NOT (${stopped})`,
        ],
        remaining: `SELECT (SELECT COUNT(*) FROM ${subscriber} WHERE email = :address AND NOT (${stopped}))
          + (NOT EXISTS (SELECT 1 FROM ${blacklist} WHERE email = :address))`,
      },
      {
        part: "mailwizz-db",
        database,
        entries: "scoped",
        statements: [
          `UPDATE ${subscriber} SET status = 'unsubscribed', last_updated = UTC_TIMESTAMP()
           WHERE email = :address AND ${list} = :scope AND NOT (${stopped})`,
        ],
        remaining: `SELECT COUNT(*) FROM ${subscriber} WHERE email = :address AND ${list} = :scope AND NOT (${stopped})`,
      },
    ],
    quiet: [
      {
        part: "mailwizz-db",
        database,
        name: "delivery servers are inactive",
        sql: `UPDATE ${prefix}delivery_server SET status = 'inactive'`,
        optional: true,
      },
      {
        part: "mailwizz-db",
        database,
        name: "campaigns that were sending are paused",
        sql: `UPDATE ${prefix}campaign SET status = 'paused' WHERE status IN ('sending', 'pending-sending', 'processing')`,
        optional: true,
      },
    ],
  };
}
