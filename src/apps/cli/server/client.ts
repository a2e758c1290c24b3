import { readFile } from "node:fs/promises";
import createClient, { type Client } from "openapi-fetch";
import { type ErrorSpec, HoldfastError, type StatusReason } from "../../../base/index.ts";
import { loadConfig } from "../../../platform/config/index.ts";
import { adminTokenPath, type Problem, socketPath } from "../../../protocol/index.ts";
import { cliError } from "../errors.ts";
import type { paths } from "../generated/api-types.ts";
import type { CliIo, CommonOptions } from "../io.ts";
import { addressText, fetchOver, type ServerAddress } from "./transport.ts";

/** Options of every command that speaks to a server. */
export interface ServerOptions extends CommonOptions {
  readonly server?: string;
  readonly token?: string;
  readonly data?: string;
}

/** A server and the right to speak to it. */
export interface Connection {
  readonly api: Client<paths>;
  readonly address: ServerAddress;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Finds server and token: from the options, from BAAS_SERVER and BAAS_TOKEN, else in the data folder of a server on
 * this machine. Nothing is sent yet.
 * @throws CLI_TOKEN_MISSING
 */
export async function connectServer(io: CliIo, options: ServerOptions): Promise<Connection> {
  const url = options.server ?? nonEmpty(io.env["BAAS_SERVER"]);
  const given = options.token ?? nonEmpty(io.env["BAAS_TOKEN"]);
  let address: ServerAddress;
  let token = given;
  if (url !== undefined) address = parseAddress(url);
  else address = { socket_path: socketPath(dataDir(io, options)) };
  if (token === undefined) token = await readAdminToken(adminTokenPath(dataDir(io, options)), address);
  const headers = { authorization: `Bearer ${token}`, "user-agent": "baas" };
  // The host is only there to make a URL of it: the transport knows where to go.
  const api = createClient<paths>({ baseUrl: "http://baas", headers, fetch: fetchOver(address, io.signal) });
  return { api, address, headers };
}

function dataDir(io: CliIo, options: ServerOptions): string {
  return loadConfig({ flags: { data_dir: options.data }, env: io.env }).data_dir;
}

function parseAddress(text: string): ServerAddress {
  if (text.startsWith("/")) return { socket_path: text };
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw cliError(
      "CLI_USAGE",
      `--server takes a URL such as http://127.0.0.1:7440 or the path of a socket, not ${text}`,
    );
  }
  return { url: text };
}

async function readAdminToken(path: string, address: ServerAddress): Promise<string> {
  try {
    return (await readFile(path, "utf8")).trim();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" && "socket_path" in address) {
      const message = `no server has been started with this data folder (${path} does not exist)`;
      throw cliError("CLI_SERVER_UNREACHABLE", message, { server: addressText(address) }, error);
    }
    throw cliError("CLI_TOKEN_MISSING", `no token given, and ${path} cannot be read (${code})`, { path }, error);
  }
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}

/** The data of an answer, or the problem it holds, as an error. */
export function unwrap<T>(answer: { data?: T; error?: unknown; response: Response }): T {
  if (answer.data !== undefined) return answer.data;
  throw problemError(answer.error, answer.response.status);
}

/** Problem details as the error they were. */
export function problemError(value: unknown, status: number): HoldfastError {
  const problem = value as Partial<Problem> | undefined;
  if (typeof problem?.code !== "string" || typeof problem.detail !== "string") {
    throw cliError("CLI_SERVER_ANSWER", `the server answered ${status} without saying why`, { status });
  }
  const spec: ErrorSpec = {
    fault: status >= 500 ? "operational" : "user",
    retry: problem.retryable === true ? "soon" : "never",
    guidance: problem.fix ?? "",
    http: status,
    ...(problem.status_reason === undefined ? {} : { status_reason: problem.status_reason as StatusReason }),
  };
  return new HoldfastError(problem.code, spec, problem.detail, (problem.context ?? {}) as HoldfastError["context"]);
}

/** A new key for a POST, so that the request may be repeated. */
export function idempotencyKey(io: CliIo): { readonly "idempotency-key": string } {
  return { "idempotency-key": io.random.bytes(16).toString("hex") };
}
