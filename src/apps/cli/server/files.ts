import type { IncomingMessage } from "node:http";
import type { FileDetail } from "../../../protocol/index.ts";
import type { CliIo } from "../io.ts";
import { cliError } from "../errors.ts";
import { type Connection, problemError, unwrap } from "./client.ts";
import { PAGE_SIZE } from "./command.ts";
import { send } from "./transport.ts";

const PROBLEM_BYTES_MAX = 1024 * 1024;

/** One backup of a server. */
export interface BackupPlace {
  readonly backup_id: string;
  readonly region?: string;
}

export function placeQuery({ region }: BackupPlace): { region?: string } {
  return region === undefined ? {} : { region };
}

/** A folder, page by page. */
export async function* listFolder({ api }: Connection, place: BackupPlace, path: string): AsyncGenerator<FileDetail[]> {
  let page_token: string | undefined;
  do {
    const query = {
      path,
      page_size: PAGE_SIZE,
      ...placeQuery(place),
      ...(page_token === undefined ? {} : { page_token }),
    };
    const params = { path: { id: place.backup_id }, query };
    const page = unwrap(await api.GET("/v1/backups/{id}/files", { params }));
    yield page.items;
    page_token = page.next_page_token ?? undefined;
  } while (page_token !== undefined);
}

export async function getEntry({ api }: Connection, place: BackupPlace, path: string): Promise<FileDetail> {
  const params = { path: { id: place.backup_id }, query: { path, ...placeQuery(place) } };
  return unwrap(await api.GET("/v1/backups/{id}/files/entry", { params }));
}

/**
 * The bytes of a file, or a folder as an archive, as they come.
 * @param range bytes `[start, end)`
 * @throws CLI_SERVER_UNREACHABLE, and what the server says
 */
export async function* readContent(
  io: CliIo,
  { address, headers }: Connection,
  place: BackupPlace,
  wanted: {
    readonly path: string;
    readonly format?: "raw" | "tar";
    readonly range?: { readonly start: number; readonly end?: number };
  },
): AsyncGenerator<Buffer> {
  const { path, format = "raw", range } = wanted;
  const query = new URLSearchParams({ path, format, ...placeQuery(place) });
  const span =
    range === undefined ? {} : { range: `bytes=${range.start}-${range.end === undefined ? "" : range.end - 1}` };
  const answer = await send(address, {
    method: "GET",
    path: `/v1/backups/${encodeURIComponent(place.backup_id)}/files/content?${query}`,
    headers: { ...headers, ...span },
    signal: io.signal,
  });
  if ((answer.statusCode ?? 500) >= 300) throw problemError(await problemOf(answer), answer.statusCode ?? 500);
  try {
    for await (const piece of answer as AsyncIterable<Buffer>) yield piece;
  } catch (error) {
    if (io.signal.aborted) throw io.signal.reason;
    throw cliError("CLI_SERVER_UNREACHABLE", `the server broke off ${path}`, {}, error);
  }
}

async function problemOf(answer: IncomingMessage): Promise<unknown> {
  let text = "";
  for await (const piece of answer as AsyncIterable<Buffer>) {
    text += piece.toString();
    if (text.length > PROBLEM_BYTES_MAX) break;
  }
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // problemError says that the answer gave no reason
  }
}
