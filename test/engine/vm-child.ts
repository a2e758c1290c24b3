/** Freezes a guest as a backup does, says so, and stays: for tests that kill it there. */
import { join } from "node:path";
import { mkdirSync } from "node:fs";
import { freezeAndStay } from "../../src/engine/source/vm/testing/agent.ts";

const [folder, qmp, agent] = process.argv.slice(2) as [string, string, string];
const scratch = join(folder, "scratch");
mkdirSync(scratch, { recursive: true });
await freezeAndStay({ qmp, agent, scratch }, () => process.stdout.write("frozen\n"));
