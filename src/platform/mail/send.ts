export interface MailServer {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte; otherwise STARTTLS where the server offers it. */
  readonly secure: boolean;
  /** Refuse to send in the clear. */
  readonly require_tls: boolean;
  readonly user?: string;
  readonly password?: string;
}

export interface MailMessage {
  /** The same for each try of one message. */
  readonly id: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  /** Messages of one thread carry the same. */
  readonly thread?: string;
  readonly attachments?: readonly { readonly filename: string; readonly content: Buffer; readonly type: string }[];
}

const CONNECT_TIMEOUT_MS = 10_000;
const SOCKET_TIMEOUT_MS = 20_000;

/** Resolves when the server has taken the message for every address. Rejects with the server's own words. */
export async function sendMail(server: MailServer, message: MailMessage): Promise<void> {
  const { createTransport } = await import("nodemailer"); // with the first message: no server needs it to start
  const transport = createTransport({
    host: server.host,
    port: server.port,
    secure: server.secure,
    requireTLS: server.require_tls,
    connectionTimeout: CONNECT_TIMEOUT_MS,
    greetingTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: SOCKET_TIMEOUT_MS,
    ...(server.user === undefined ? {} : { auth: { user: server.user, pass: server.password ?? "" } }),
  });
  const domain = message.from.split("@").at(-1)?.replace(/[>\s]/g, "") ?? "holdfast";
  try {
    const { rejected } = await transport.sendMail({
      messageId: `<${message.id}@${domain}>`,
      ...(message.thread === undefined ? {} : { references: `<${message.thread}@${domain}>` }),
      from: message.from,
      to: [...message.to],
      subject: message.subject,
      text: message.text,
      attachments: (message.attachments ?? []).map(({ filename, content, type }) => ({
        filename,
        content,
        contentType: type,
      })),
    });
    if (rejected.length > 0) throw new Error(`the mail server refuses ${rejected.map(String).join(", ")}`);
  } finally {
    transport.close();
  }
}
