import type { IncomingMessage } from "node:http";
import type { WalPushedView } from "../../../protocol/index.ts";
import { cliError } from "../errors.ts";
import type { CliIo } from "../io.ts";
import { type Connection, problemError } from "./client.ts";
import { send } from "./transport.ts";

const ANSWER_BYTES_MAX = 1024 * 1024 * 1024;
const NOT_HELD = "WAL_NOT_HELD";

const pathOf = (workload: string, name: string): string =>
  `/v1/workloads/${encodeURIComponent(workload)}/wal/${encodeURIComponent(name)}`;

/** @throws CLI_SERVER_UNREACHABLE, and what the server says */
export async function putWal(
  io: CliIo,
  { address, headers }: Connection,
  workload: string,
  name: string,
  bytes: Buffer,
): Promise<WalPushedView> {
  const kind = { "content-type": "application/octet-stream", "content-length": String(bytes.length) };
  const all = { ...headers, ...kind };
  const path = pathOf(workload, name);
  const answer = await send(address, { method: "PUT", path, headers: all, body: bytes, signal: io.signal });
  const said = jsonOf(await bodyOf(io, answer, name));
  if ((answer.statusCode ?? 500) >= 300) throw problemError(said, answer.statusCode ?? 500);
  return said as WalPushedView;
}

/** `null` when it is not held. @throws CLI_SERVER_UNREACHABLE, and what the server says */
export async function getWal(
  io: CliIo,
  { address, headers }: Connection,
  workload: string,
  name: string,
): Promise<Buffer | null> {
  const answer = await send(address, { method: "GET", path: pathOf(workload, name), headers, signal: io.signal });
  const body = await bodyOf(io, answer, name);
  const status = answer.statusCode ?? 500;
  if (status < 300) {
    if (String(body.length) === answer.headers["content-length"]) return body;
    throw cliError("CLI_SERVER_UNREACHABLE", `the server sent ${body.length} bytes of ${name} and broke off`);
  }
  const problem = jsonOf(body) as { code?: string } | undefined;
  if (status === 404 && problem?.code === NOT_HELD) return null;
  throw problemError(problem, status);
}

async function bodyOf(io: CliIo, answer: IncomingMessage, name: string): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const part of answer as AsyncIterable<Buffer>) {
      size += part.length;
      if (size > ANSWER_BYTES_MAX) throw new Error(`the answer is larger than ${ANSWER_BYTES_MAX} bytes`);
      parts.push(part);
    }
  } catch (error) {
    if (io.signal.aborted) throw io.signal.reason;
    throw cliError("CLI_SERVER_UNREACHABLE", `the server broke off ${name}`, {}, error);
  }
  return Buffer.concat(parts);
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined; // problemError says that the answer gave no reason
  }
}
