import { join } from "node:path";
import * as z from "zod";
import { asHoldfastError, counted } from "../../base/index.ts";
import { driftOf, findHost, type PgBackupDetails } from "../../engine/source/postgresql/index.ts";
import type { DrillValidation } from "../../model/index.ts";
import type { RecoverPorts } from "../recover/index.ts";
import { APPLICATION_KIND } from "../sources/index.ts";
import { checkCertificates } from "./certificates.ts";
import { lookForBoot, type Functional } from "./functional.ts";
import { drillKind } from "./kinds.ts";
import type { DrillRow } from "./row.ts";
import { processesIn } from "./sandbox.ts";
import { compareFiles } from "./validate-files.ts";

/** What the driver of a source reports of its own validations. */
interface ByDriver {
  readonly name?: unknown;
  readonly check?: unknown;
  readonly outcome?: unknown;
  readonly message?: unknown;
  readonly detail?: unknown;
  readonly value?: unknown;
  readonly expected?: unknown;
}

const PROBLEMS_MAX = 50;
/** What the restore of an application tells of its parts. */
const partsSchema = z.array(z.object({ name: z.string(), kind: z.string(), restore_id: z.string() }));

/** Is what was restored what was backed up, and does it work? */
export async function validateRestored(
  drill: DrillRow,
  restore_id: string,
  dir: string,
  up: Functional,
  signal: AbortSignal,
  ports: RecoverPorts,
): Promise<DrillValidation[]> {
  const restore = await ports.db
    .selectFrom("restores")
    .innerJoin("backups", "backups.id", "restores.backup_id")
    .selectAll("restores")
    .select("backups.details as backup_details")
    .where("restores.id", "=", restore_id)
    .executeTakeFirstOrThrow();
  const whole: DrillValidation = {
    name: "everything was restored",
    passed: restore.problem_count === 0,
    detail:
      (restore.restored_files ?? 0) === 0
        ? "nothing was left out"
        : `${counted(restore.restored_files ?? 0, "file")}, ${restore.restored_bytes ?? 0} bytes`,
    problems: restore.problems.slice(0, PROBLEMS_MAX).map((it) => `${String(it["path"])}: ${String(it["message"])}`),
  };
  const reported = restore.details["validations"];
  const by_driver = Array.isArray(reported) ? (reported as ByDriver[]).map(ofDriver) : [];
  if (restore.backup_details["kind"] === APPLICATION_KIND) {
    const validations = [whole, ...by_driver];
    for (const part of partsSchema.parse(restore.details["parts"] ?? [])) {
      const at = join(dir, part.name);
      const booted = part.kind === "vm" ? await lookForBoot(at, signal, ports.clock) : up;
      const found = await validateRestored(drill, part.restore_id, at, booted, signal, ports);
      validations.push(...found.map((each) => ({ ...each, name: `${part.name}: ${each.name}` })));
    }
    return validations;
  }
  const row = await ports.repositories.find(restore.project_id, restore.region_id);
  try {
    const compared = await ports.repositories.use(row, async (repository) => {
      const { kind, details } = await repository.readManifest(restore.backup_id);
      const { lays_tree, runs } = drillKind(kind, `backup ${restore.backup_id}`);
      const found: DrillValidation[] = [];
      if (runs !== null) found.push(await whatRuns(dir, runs));
      if (runs === "machine") found.push(cameUp(up));
      if (kind === "postgresql") found.push(await requirementsOf(details as unknown as PgBackupDetails));
      if (runs !== "machine") {
        const certificates = await checkCertificates(dir, ports.clock.now_ms(), signal);
        if (certificates.problems.length > 0) found.push(certificates);
      }
      if (!lays_tree) return found;
      const options = {
        repository,
        backup_id: restore.backup_id,
        dir,
        content_bytes_max: drill.spec.content_bytes_max,
        random: ports.random,
        signal,
        owners: process.geteuid?.() === 0,
      };
      return [...found, ...(await compareFiles(options))];
    });
    return [whole, ...by_driver, ...compared];
  } catch (thrown) {
    const error = asHoldfastError(thrown);
    if (signal.aborted || error.retry === "soon" || error.fault === "bug") throw thrown;
    const problems = [`${error.code}: ${error.message}`];
    return [whole, ...by_driver, { name: "the backup's own record", passed: false, detail: "not readable", problems }];
  }
}

/** A server that was started and has gone again is not one that was restored. */
async function whatRuns(dir: string, runs: "server" | "machine"): Promise<DrillValidation> {
  const found = await processesIn(dir);
  const passed = found.length > 0;
  const detail = passed ? found.map(({ program, pid }) => `${program} as process ${pid}`).join(", ") : "nothing runs";
  return { name: `the ${runs} runs`, passed, detail, problems: passed ? [] : [detail] };
}

function cameUp({ functional_at_ms, detail }: Functional): DrillValidation {
  const passed = functional_at_ms !== null;
  return {
    name: "the machine came up",
    passed,
    detail: detail ?? "",
    problems: passed ? [] : [detail ?? "it did not"],
  };
}

/** A server opens without an extension that its queries need: whoever restores in earnest would find that out last. */
async function requirementsOf(details: PgBackupDetails): Promise<DrillValidation> {
  const { unmet } = await driftOf(details, await findHost(details.major));
  const wanted = (details.databases ?? []).reduce((sum, { extensions }) => sum + extensions.length, 0);
  return {
    name: "extensions and libraries are on this host",
    passed: unmet.length === 0,
    detail: `${counted(wanted, "extension")} looked for`,
    problems: [...unmet],
  };
}

function ofDriver(it: ByDriver): DrillValidation {
  const passed = it.outcome !== "failed";
  const value = it.value === undefined || it.value === null ? undefined : String(it.value);
  const wanted = it.expected === undefined || it.expected === null ? undefined : String(it.expected);
  const as_wanted = wanted === value ? `${value}, as expected` : value;
  const told = value === undefined ? undefined : passed ? as_wanted : `${value}, expected ${wanted ?? "another"}`;
  const noted = it.outcome === "noted" ? "noted: " : "";
  const detail = `${noted}${String(it.message ?? it.detail ?? told ?? it.outcome ?? "")}`.slice(0, 1000);
  return { name: String(it.name ?? it.check ?? "validation"), passed, detail, problems: passed ? [] : [detail] };
}
