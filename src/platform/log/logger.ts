import { Writable } from "node:stream";
import pino from "pino";
import { asHoldfastError, HoldfastError } from "../../base/index.ts";
import type { LogLevel } from "../config/index.ts";

export type Logger = pino.Logger;

export interface LogOptions {
  readonly level?: LogLevel;
  /** `json`: one object a line. `pretty`: time, level, message and fields as text, for a terminal. */
  readonly format?: "json" | "pretty";
  /** A file to append to (mode 0600, its folder must exist), or a stream. Without it: standard error. */
  readonly to?: string | NodeJS.WritableStream;
}

/** Field names whose values never reach a log, at the top and up to two levels down. */
const SECRET_FIELDS = [
  "password",
  "token",
  "secret",
  "authorization",
  "cookie",
  "key_material",
  "private_key",
  "passphrase",
  "database_url",
  "connection_string",
];
const REDACTED = "[redacted]";
// Credentials inside a URL: postgres://user:password@host/db
const URL_PASSWORD = /([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):[^\s@/]+@/gi;

/** Strikes out credentials in URLs; for text that was not ours, such as an error of a library. */
export function redactText(text: string): string {
  return text.replace(URL_PASSWORD, `$1:${REDACTED}@`);
}

/** Opens the log. Lines to a file are written at once, so that a crash loses none. */
export function createLogger(options: LogOptions = {}): Logger {
  const stream = destination(options);
  return pino(
    {
      level: options.level ?? "info",
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: serializeForLog, err: serializeForLog },
      redact: {
        paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
        censor: REDACTED,
      },
      hooks: {
        logMethod(args, method) {
          const cleaned = args.map((value) => (typeof value === "string" ? redactText(value) : value));
          method.apply(this, cleaned as Parameters<typeof method>);
        },
      },
    },
    stream,
  );
}

/** A logger that says nothing; for tests. */
export const silentLogger: Logger = pino({ level: "silent" });

function destination(options: LogOptions): pino.DestinationStream {
  const target = options.to;
  if (target === undefined || typeof target === "string") {
    const file = pino.destination({ dest: target ?? 2, sync: true, mode: 0o600, append: true });
    return options.format === "pretty" ? prettyStream((line) => file.write(line)) : file;
  }
  return options.format === "pretty"
    ? prettyStream((line) => target.write(line))
    : { write: (line) => target.write(line) };
}

function prettyStream(write: (line: string) => void): Writable {
  return new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      write(prettyLine(chunk));
      done();
    },
  });
}

/** `02:00:00.000 info  message  key=value`; the text form of one JSON line. */
export function prettyLine(line: string): string {
  const { time, level, msg, error, err, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const rest = Object.entries(fields).map(
    ([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  const failure = (error ?? err) as { code?: string; message?: string; fix?: string } | undefined;
  const tail = failure === undefined ? "" : `\n    ${failure.code}: ${failure.message}\n    ${failure.fix}`;
  return `${String(time).slice(11, 23)} ${String(level).padEnd(5)} ${[msg ?? "", ...rest].join("  ")}${tail}\n`;
}

function serializeForLog(error: unknown): unknown {
  const known = asHoldfastError(error);
  const stack =
    error instanceof HoldfastError && error.fault !== "bug" ? undefined : (error as Error | undefined)?.stack;
  const cause = known.cause instanceof Error ? redactText(known.cause.message) : undefined;
  return {
    ...known.toJSON(),
    message: redactText(known.message),
    ...(cause === undefined ? {} : { cause }),
    ...(stack === undefined ? {} : { stack: redactText(stack) }),
  };
}
