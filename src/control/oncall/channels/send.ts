import { createHmac } from "node:crypto";
import * as z from "zod";
import type { Clock } from "../../../base/index.ts";
import { SECRET_REF } from "../../../platform/config/index.ts";
import { sendMail } from "../../../platform/mail/index.ts";
import { oncallError } from "../errors.ts";
import type { Message } from "../message.ts";

const url = z.url({ protocol: /^https?$/ }).max(2048);

/** What each kind takes besides its secret. Secrets are named, never held. */
export const channelSchemas = {
  email: z.strictObject({
    host: z.string().min(1),
    port: z.number().int().min(1).max(65_535).default(587),
    /** TLS from the first byte (port 465). */
    secure: z.boolean().default(false),
    require_tls: z.boolean().default(false),
    user: z.string().optional(),
    from: z.string().min(3),
    to: z.array(z.string().min(3)).min(1).max(50),
  }),
  webhook: z.strictObject({ url }),
  slack: z.strictObject({ url: url.optional() }),
  pagerduty: z.strictObject({ url: url.default("https://events.pagerduty.com/v2/enqueue") }),
  alertmanager: z.strictObject({ url }),
} as const;
export type ChannelKind = keyof typeof channelSchemas;

/** Kinds that cannot do without. For a webhook it is the key of the signature; for PagerDuty the routing key. */
export const secretNeeded: ReadonlySet<ChannelKind> = new Set(["webhook", "pagerduty"]);

export const secretRefSchema = z.string().regex(SECRET_REF, "env:NAME or file:/PATH");

export interface Sending {
  readonly delivery_id: string;
  readonly kind: ChannelKind;
  readonly config: unknown;
  readonly secret: string | undefined;
  readonly message: Message;
  /** What mail carries beside the text. */
  readonly attachments?: readonly { readonly filename: string; readonly content: Buffer; readonly type: string }[];
}

const HTTP_TIMEOUT_MS = 10_000;
const ANSWER_CHARS_MAX = 300;

/**
 * Sends once. @throws DELIVERY_FAILED what may succeed later, DELIVERY_REFUSED what will not; neither holds a secret
 */
export async function send(sending: Sending, clock: Clock): Promise<void> {
  switch (sending.kind) {
    case "email":
      return sendEmail(sending);
    case "webhook":
      return sendWebhook(sending, clock);
    case "slack":
      return sendSlack(sending);
    case "pagerduty":
      return sendPagerDuty(sending);
    case "alertmanager":
      return sendAlertmanager(sending, clock);
  }
}

async function sendEmail({ config, secret, message, delivery_id, attachments = [] }: Sending): Promise<void> {
  const { from, to, user, ...server } = channelSchemas.email.parse(config);
  const login = user === undefined ? {} : { user, ...(secret === undefined ? {} : { password: secret }) };
  const thread = message.alert === null ? {} : { thread: message.alert.id };
  try {
    const mail = { id: delivery_id, from, to, subject: message.subject, text: message.text, attachments, ...thread };
    await sendMail({ ...server, ...login }, mail);
  } catch (error) {
    const code = (error as { responseCode?: unknown }).responseCode;
    const refused = typeof code === "number" && code >= 500;
    const told = `mail server ${server.host}: ${error instanceof Error ? error.message : String(error)}`;
    throw oncallError(refused ? "DELIVERY_REFUSED" : "DELIVERY_FAILED", told, { host: server.host }, error);
  }
}

/**
 * `x-holdfast-signature: t=SECONDS,v1=HEX`, HMAC-SHA256 over `SECONDS.BODY`: who checks it knows when and from whom.
 */
async function sendWebhook({ config, secret = "", message, delivery_id }: Sending, clock: Clock): Promise<void> {
  const { url: target } = channelSchemas.webhook.parse(config);
  const body = JSON.stringify({ id: delivery_id, ...message });
  const seconds = Math.floor(clock.now_ms() / 1000);
  const v1 = createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex");
  await post(target, body, { "x-holdfast-signature": `t=${seconds},v1=${v1}`, "x-holdfast-delivery": delivery_id });
}

/** The address is the secret where the service makes it one. */
async function sendSlack({ config, secret, message }: Sending): Promise<void> {
  const target = channelSchemas.slack.parse(config).url ?? secret;
  if (target === undefined) throw oncallError("DELIVERY_REFUSED", "the channel has neither url nor secret", {});
  const blocks = [
    { type: "header", text: { type: "plain_text", text: message.subject.slice(0, 150) } },
    { type: "section", text: { type: "mrkdwn", text: escapeSlack(message.text).slice(0, 2900) } },
  ];
  await post(target, JSON.stringify({ text: escapeSlack(message.subject), blocks }), {});
}

function escapeSlack(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

const PAGERDUTY_SEVERITY = ["critical", "error", "warning"] as const;

async function sendPagerDuty({ config, secret, message, delivery_id }: Sending): Promise<void> {
  const { url: target } = channelSchemas.pagerduty.parse(config);
  const { alert } = message;
  const event_action = message.kind === "resolved" ? "resolve" : "trigger";
  const body = {
    routing_key: secret,
    event_action,
    dedup_key: alert?.id ?? delivery_id,
    client: "Holdfast",
    ...(event_action === "resolve"
      ? {}
      : {
          payload: {
            summary: message.subject.slice(0, 1024),
            source: alert?.project ?? "holdfast",
            severity: alert === null ? "info" : (PAGERDUTY_SEVERITY[alert.severity - 1] ?? "warning"),
            timestamp: message.at,
            component: alert?.members[0] ?? "holdfast",
            group: alert?.project ?? "holdfast",
            class: alert?.rule ?? "test",
            custom_details: { text: message.text, members: alert?.members ?? [], runbook: alert?.runbook ?? null },
          },
        }),
  };
  await post(target, JSON.stringify(body), {});
}

/** Alertmanager forgets an alert that nobody repeats; ours end when we say so, or after a week. */
const ALERTMANAGER_KEEPS_MS = 7 * 86_400_000;

async function sendAlertmanager({ config, secret, message }: Sending, clock: Clock): Promise<void> {
  const base = channelSchemas.alertmanager.parse(config).url.replace(/\/+$/, "");
  const target = base.endsWith("/api/v2/alerts") ? base : `${base}/api/v2/alerts`;
  const { alert } = message;
  const ends_ms =
    message.kind === "resolved" || alert === null ? Date.parse(message.at) : clock.now_ms() + ALERTMANAGER_KEEPS_MS;
  const labels = {
    alertname: alert === null ? "HoldfastTest" : `Holdfast_${alert.rule}`,
    severity: alert === null ? "none" : `sev${alert.severity}`,
    alert_id: alert?.id ?? "test",
    ...(alert?.project ? { project: alert.project } : {}),
  };
  const annotations = { summary: alert?.summary ?? message.subject, description: message.text };
  const startsAt = alert?.opened_at ?? message.at;
  const body = JSON.stringify([{ labels, annotations, startsAt, endsAt: new Date(ends_ms).toISOString() }]);
  await post(target, body, secret === undefined ? {} : { authorization: `Bearer ${secret}` });
}

async function post(target: string, body: string, headers: Readonly<Record<string, string>>): Promise<void> {
  // Never the whole address: in some services it is the secret.
  const { origin } = new URL(target);
  let answer: Response;
  try {
    answer = await fetch(target, {
      method: "POST",
      headers: { "content-type": "application/json", "user-agent": "holdfast", ...headers },
      body,
      redirect: "error",
      signal: AbortSignal.timeout(HTTP_TIMEOUT_MS),
    });
  } catch (error) {
    const cause = (error as { cause?: { code?: string } }).cause?.code ?? (error instanceof Error ? error.name : "");
    throw oncallError("DELIVERY_FAILED", `${origin} does not answer (${cause})`, { origin });
  }
  const text = (await answer.text().catch(() => "")).slice(0, ANSWER_CHARS_MAX);
  if (answer.ok) return;
  const told = `${origin} answers ${answer.status}${text === "" ? "" : `: ${text}`}`;
  const passing = answer.status >= 500 || answer.status === 429 || answer.status === 408;
  throw oncallError(passing ? "DELIVERY_FAILED" : "DELIVERY_REFUSED", told, { origin, status: answer.status });
}
