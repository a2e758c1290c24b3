import { systemClock, systemRandom } from "../../base/index.ts";
import type { Engine } from "../../control/repositories/index.ts";
import { planBackup, runBackup, runStreamBackup } from "../../engine/backup/index.ts";
import { checkRepository, verifyBackup, verifyPacks } from "../../engine/check/index.ts";
import { planCopy, runCopy } from "../../engine/copy/index.ts";
import { createRepository, openRepository } from "../../engine/repository/index.ts";
import { runReseal, surveyEpochs } from "../../engine/reseal/index.ts";
import { planRestore, runRestore } from "../../engine/restore/index.ts";
import { runSweep } from "../../engine/sweep/index.ts";
import { planTiers, runTiers } from "../../engine/tier/index.ts";
import { openStore } from "../../engine/store/index.ts";

/** The data plane's functions, as the control plane's rooms are given them. */
export const engine: Engine = {
  openStore: (config) => openStore(config, { clock: systemClock, random: systemRandom }),
  createRepository,
  openRepository,
  planBackup,
  runBackup,
  runStreamBackup,
  planRestore,
  runRestore,
  verifyBackup,
  checkRepository,
  verifyPacks,
  planCopy,
  runCopy,
  runSweep,
  runReseal,
  surveyEpochs,
  planTiers,
  runTiers,
};
