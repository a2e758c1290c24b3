import { connect } from "node:net";
import type { DrillConnection, DrillValidation } from "../../model/index.ts";

/** A firewall that drops does not answer. */
const ANSWER_MS_MAX = 5_000;

/**
 * What must be reachable from where things are restored, and what must not be: tried from this host, one after the
 * other. A service that is needed and not reachable would be found out by whoever restores in earnest; one that must
 * not be reachable, and is, would be spoken to by a copy.
 */
export async function checkConnections(
  rules: readonly DrillConnection[],
  signal: AbortSignal,
): Promise<DrillValidation> {
  const problems: string[] = [];
  for (const { host, port, expect, name } of rules) {
    signal.throwIfAborted();
    const what = name === undefined ? `${host}:${port}` : `${name} (${host}:${port})`;
    const refused = await attempt(host, port, signal);
    if (expect === "open" && refused !== null) problems.push(`${what} must be reachable, and is not: ${refused}`);
    if (expect === "closed" && refused === null) problems.push(`${what} must not be reachable, and is`);
  }
  const open = rules.filter(({ expect }) => expect === "open").length;
  const detail = `${open} must be reachable, ${rules.length - open} must not`;
  return { name: "connections from the sandbox", passed: problems.length === 0, detail, problems };
}

/** Why there is no connection; null when there is one. */
function attempt(host: string, port: number, signal: AbortSignal): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: ANSWER_MS_MAX, signal });
    const end = (why: string | null) => {
      socket.destroy();
      resolve(why);
    };
    socket.on("connect", () => end(null));
    socket.on("timeout", () => end(`no answer within ${ANSWER_MS_MAX / 1000} s`));
    socket.on("error", (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
  });
}
