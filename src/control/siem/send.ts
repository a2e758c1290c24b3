import { readFile } from "node:fs/promises";
import { request } from "node:https";
import { hostname } from "node:os";
import { connect } from "node:tls";
import { TLS_VERSION_MIN } from "../../base/index.ts";
import type { AuditEntry } from "../audit/index.ts";
import { siemError } from "./errors.ts";
import { type SiemFormat, syslogFrame, textOf } from "./format.ts";

export interface SyslogPlace {
  readonly host: string;
  readonly port: number;
  /** On the server; besides the authorities that the system knows. */
  readonly ca_file?: string | undefined;
}

export interface HttpsPlace {
  readonly url: string;
  readonly ca_file?: string | undefined;
}

const TIMEOUT_MS = 20_000;

/**
 * Over TLS. Syslog knows no acknowledgement: the connection is ended behind the last entry, and only when the other
 * side has read up to there and closed it in order does the batch count as arrived.
 * @throws SINK_UNREACHABLE
 */
export async function sendSyslog(
  place: SyslogPlace,
  entries: readonly AuditEntry[],
  format: SiemFormat,
): Promise<void> {
  const ca = await authority(place.ca_file);
  const where = `${place.host}:${place.port}`;
  await new Promise<void>((done, fail) => {
    const socket = connect({
      host: place.host,
      port: place.port,
      servername: place.host,
      minVersion: TLS_VERSION_MIN,
      ...ca,
    });
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error(`no end within ${TIMEOUT_MS / 1000} s`)));
    let ended = false;
    let broken: Error | undefined;
    socket.once("secureConnect", () => {
      for (const entry of entries) socket.write(syslogFrame(entry, format, hostname()));
      socket.end();
    });
    socket.once("end", () => (ended = true));
    socket.once("error", (error) => (broken = error));
    socket.resume();
    socket.once("close", () => {
      if (ended && broken === undefined) return done();
      const why = broken?.message ?? "the connection broke off";
      fail(siemError("SINK_UNREACHABLE", `${where} did not take the entries: ${why}`, { address: where }, broken));
    });
  });
}

/** A batch in one POST: lines of JSON (OCSF) or of CEF. @throws SINK_UNREACHABLE, SINK_REFUSED */
export async function sendHttps(
  place: HttpsPlace,
  entries: readonly AuditEntry[],
  format: SiemFormat,
  secret: string | undefined,
): Promise<void> {
  const ca = await authority(place.ca_file);
  const body = Buffer.from(entries.map((entry) => `${textOf(entry, format)}\n`).join(""));
  const status = await new Promise<number>((done, fail) => {
    const headers = {
      "content-type": format === "ocsf" ? "application/x-ndjson" : "text/plain; charset=utf-8",
      "content-length": body.length,
      // Who sends twice says so: the receiver may leave out what it has.
      "idempotency-key": `${entries[0]?.sequence}-${entries.at(-1)?.hash}`,
      ...(secret === undefined ? {} : { authorization: secret.includes(" ") ? secret : `Bearer ${secret}` }),
    };
    const sent = request(place.url, { method: "POST", headers, agent: false, timeout: TIMEOUT_MS, ...ca }, (answer) => {
      answer.resume();
      answer.once("end", () => done(answer.statusCode ?? 0));
      answer.once("error", fail);
    });
    sent.once("timeout", () => sent.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)));
    sent.once("error", fail);
    sent.end(body);
  }).catch((cause: Error) => {
    throw siemError("SINK_UNREACHABLE", `${place.url} did not answer: ${cause.message}`, { url: place.url }, cause);
  });
  if (status >= 300) throw siemError("SINK_REFUSED", `${place.url} answered ${status}`, { url: place.url, status });
}

async function authority(path: string | undefined): Promise<{ ca?: Buffer }> {
  if (path === undefined) return {};
  try {
    return { ca: await readFile(path) };
  } catch (cause) {
    throw siemError("SINK_UNREACHABLE", `the file of authorities ${path} cannot be read`, { path }, cause);
  }
}
