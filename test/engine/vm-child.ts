/** A process for tests to kill: freezes a guest as a backup does and stays, or makes a whole backup. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { freezeAndStay } from "../../src/engine/source/vm/testing/agent.ts";
import { backupVm } from "./vm-world.ts";

const [mode, folder, qmp, agent] = process.argv.slice(2) as [string, string, string, string];
const scratch = join(folder, "scratch");
mkdirSync(scratch, { recursive: true });
if (mode === "freeze") await freezeAndStay({ qmp, agent, scratch }, () => process.stdout.write("ready\n"));
else
  await backupVm({ folder, repo: join(folder, "repo") }, { qmp }, (source) => ({
    ...source,
    async *entries(context) {
      for await (const entry of source.entries(context)) {
        if (entry.path === "disks/vd0.raw" && mode === "stay") {
          process.stdout.write("ready\n");
          await new Promise((resolve) => setTimeout(resolve, 60_000));
        }
        yield entry;
      }
    },
  }));
