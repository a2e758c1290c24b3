import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../../base/index.ts";
import type { HealthCheck, SecretRef, Source, Validation } from "../../model/index.ts";
import { Questions } from "../validation/index.ts";
import { checkPowermta, type Locate } from "./powermta.ts";
import { firstValue, openSqlServer } from "./sql.ts";

/** A part that was restored: what it was, and what it is now. */
export interface RestoredPart {
  readonly name: string;
  readonly health: readonly HealthCheck[];
  /** Of the workload that was backed up. */
  readonly original: Source;
  /** Of the workload that the restore made. */
  readonly source: Source;
}

/** Asks a restored part whether it works. */
export async function checkHealth(
  part: RestoredPart,
  options: { readonly clock: Clock; readonly signal: AbortSignal; secret(reference: SecretRef): Promise<string> },
): Promise<readonly Validation[]> {
  const questions = new Questions(options);
  const locate = locator(part);
  for (const check of part.health) {
    const name = `${part.name}: ${check.name}`;
    if (check.kind === "sql")
      await questions.ask({
        name,
        query: check.sql,
        expected: check.expect ?? null,
        work: async () => {
          const server = await openSqlServer(part.name, part.source, check.database, options.secret);
          try {
            return await firstValue(server, check.sql);
          } finally {
            await server.close();
          }
        },
      });
    else if (check.kind === "file")
      await questions.ask({ name, query: `file ${check.path}`, expected: "there", work: () => lookAt(check, locate) });
    else
      await questions.ask({
        name,
        query: `what ${check.path} names`,
        expected: "whole",
        work: async () => {
          const { problems } = await checkPowermta(check.path, locate);
          return problems.length === 0 ? "whole" : problems.slice(0, 10).join("; ");
        },
      });
  }
  return questions.results;
}

async function lookAt(check: Extract<HealthCheck, { kind: "file" }>, locate: Locate): Promise<string> {
  const path = locate(check.path);
  if (path === null) return "not part of the backup";
  const found = await stat(path).catch(() => null);
  if (found === null) return "missing";
  if (found.isFile() && found.size < check.bytes_min) return `only ${found.size} bytes`;
  if (check.contains === undefined) return "there";
  return (await readFile(path, "utf8")).includes(check.contains) ? "there" : `without ${check.contains}`;
}

/** A backup of one folder is laid as that folder's content; of several, each at its own path below the target. */
function locator({ original, source }: RestoredPart): Locate {
  const roots = original.kind === "files" ? original.paths : original.kind === "share" ? [original.path] : [];
  const folder = source.kind === "files" ? source.paths[0] : undefined;
  return (path) => {
    const root = roots.find((each) => path === each || path.startsWith(each.endsWith("/") ? each : `${each}/`));
    if (root === undefined || folder === undefined) return null;
    if (roots.length > 1) return join(folder, path);
    return join(folder, path.slice(root.length));
  };
}
