import type { AuditEntry } from "../audit/index.ts";

export type SiemFormat = "ocsf" | "cef";

const VERSION = "1";
/** OCSF: what was done over the API, and signing in and out. */
const API_ACTIVITY = { category_uid: 6, class_uid: 6003 } as const;
const AUTHENTICATION = { category_uid: 3, class_uid: 3002 } as const;
const SEVERITY = { informational: 1, low: 2, medium: 3 } as const;

const SIGN_INS = new Set(["sign_in", "sign_in_totp", "sign_in_passkey", "finish_oidc"]);

/** An entry in the Open Cybersecurity Schema Framework 1.3, as an object. */
export function ocsf(entry: AuditEntry): Record<string, unknown> {
  const [base, activity_id] = ocsfClass(entry);
  const refused = entry.outcome === "REFUSED";
  return {
    ...base,
    activity_id,
    type_uid: base.class_uid * 100 + activity_id,
    time: entry.time.getTime(),
    severity_id: refused ? SEVERITY.medium : SEVERITY.informational,
    status_id: refused ? 2 : 1,
    status_code: String(entry.status),
    message: `${entry.action} ${entry.outcome}`,
    metadata: {
      version: "1.3.0",
      product: { name: "Holdfast", vendor_name: "Holdfast", version: VERSION },
      log_name: "audit",
      uid: entry.hash,
      sequence: entry.sequence,
      correlation_uid: entry.request_id,
    },
    ...(base === AUTHENTICATION ? { user: userOf(entry) } : { actor: { user: userOf(entry) } }),
    src_endpoint: { ip: entry.address },
    http_request: { http_method: entry.method, url: { path: entry.path }, user_agent: entry.user_agent },
    ...(base === AUTHENTICATION ? {} : { api: { operation: entry.action, response: { code: entry.status } } }),
    ...(entry.subject === null ? {} : { resources: [{ uid: entry.subject }] }),
    unmapped: {
      outcome: entry.outcome,
      project_id: entry.project_id,
      reason: entry.reason,
      prev_hash: entry.prev_hash,
      request: entry.request,
      before: entry.before,
      after: entry.after,
    },
  };
}

function userOf({ actor_id, actor_name, actor_kind }: AuditEntry) {
  return { uid: actor_id, name: actor_name, type: actor_kind };
}

function ocsfClass({ action, method }: AuditEntry): [typeof API_ACTIVITY | typeof AUTHENTICATION, number] {
  if (SIGN_INS.has(action)) return [AUTHENTICATION, 1];
  if (action === "sign_out") return [AUTHENTICATION, 2];
  return [API_ACTIVITY, { POST: 1, GET: 2, PATCH: 3, PUT: 3, DELETE: 4 }[method] ?? 99];
}

/** An entry in ArcSight's Common Event Format, one line. */
export function cef(entry: AuditEntry): string {
  const severity = entry.outcome === "REFUSED" ? 6 : 3;
  const head = ["CEF:0", "Holdfast", "Holdfast", VERSION, entry.action, `${entry.action} ${entry.outcome}`, severity];
  const extension: readonly (readonly [string, string | number | null])[] = [
    ["rt", entry.time.getTime()],
    ["externalId", entry.hash],
    ["suid", entry.actor_id],
    ["suser", entry.actor_name],
    ["src", /^[\d.]+$/.test(entry.address) ? entry.address : null],
    ["c6a2", entry.address.includes(":") ? entry.address : null],
    ["c6a2Label", entry.address.includes(":") ? "Source IPv6 Address" : null],
    ["requestMethod", entry.method],
    ["request", entry.path],
    ["requestClientApplication", entry.user_agent],
    ["outcome", entry.outcome],
    ["reason", entry.reason],
    ["cn1", entry.sequence],
    ["cn1Label", "sequence"],
    ["cn2", entry.status],
    ["cn2Label", "status"],
    ["cs1", entry.subject],
    ["cs1Label", entry.subject === null ? null : "subject"],
    ["cs2", entry.project_id],
    ["cs2Label", entry.project_id === null ? null : "project"],
    ["cs3", entry.prev_hash],
    ["cs3Label", "previous hash"],
  ];
  const pairs = extension.flatMap(([key, value]) =>
    value === null || value === "" ? [] : [`${key}=${escaped(value)}`],
  );
  return `${head
    .map((part) =>
      String(part)
        .replace(/[\\|]/g, "\\$&")
        .replace(/[\r\n]+/g, " "),
    )
    .join("|")}|${pairs.join(" ")}`;
}

/** In an extension backslash, equals sign and line ends are escaped. */
function escaped(value: string | number): string {
  return String(value).replace(/[\\=]/g, "\\$&").replace(/\r?\n/g, "\\n").replaceAll("\r", "\\r");
}

export function textOf(entry: AuditEntry, format: SiemFormat): string {
  return format === "cef" ? cef(entry) : JSON.stringify(ocsf(entry));
}

/** Facility 13, log audit; what was refused as warning, the rest as informational. */
const PRIORITY = { REFUSED: 13 * 8 + 4, other: 13 * 8 + 6 } as const;

/** RFC 5424 in the octet counting of RFC 5425. */
export function syslogFrame(entry: AuditEntry, format: SiemFormat, host: string): Buffer {
  const priority = entry.outcome === "REFUSED" ? PRIORITY.REFUSED : PRIORITY.other;
  const header = `<${priority}>1 ${entry.time.toISOString()} ${host} holdfast - ${entry.sequence} -`;
  // The mark says that what follows is UTF-8.
  const message = Buffer.from(`${header} \uFEFF${textOf(entry, format)}`);
  return Buffer.concat([Buffer.from(`${message.length} `), message]);
}
