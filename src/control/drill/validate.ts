import { asHoldfastError } from "../../base/index.ts";
import type { DrillValidation } from "../../model/index.ts";
import type { RecoverPorts } from "../recover/index.ts";
import type { DrillRow } from "./row.ts";
import { compareFiles } from "./validate-files.ts";

/** What the driver of a source reports of its own validations. */
interface ByDriver {
  readonly name?: unknown;
  readonly check?: unknown;
  readonly outcome?: unknown;
  readonly message?: unknown;
  readonly detail?: unknown;
}

const PROBLEMS_MAX = 50;

/** Is what was restored what was backed up, and does it work? */
export async function validateRestored(
  drill: DrillRow,
  restore_id: string,
  dir: string,
  signal: AbortSignal,
  ports: RecoverPorts,
): Promise<DrillValidation[]> {
  const restore = await ports.db
    .selectFrom("restores")
    .selectAll()
    .where("id", "=", restore_id)
    .executeTakeFirstOrThrow();
  const whole: DrillValidation = {
    name: "everything was restored",
    passed: restore.problem_count === 0,
    detail: `${restore.restored_files ?? 0} files, ${restore.restored_bytes ?? 0} bytes`,
    problems: restore.problems.slice(0, PROBLEMS_MAX).map((it) => `${String(it["path"])}: ${String(it["message"])}`),
  };
  const reported = restore.details["validations"];
  const by_driver = Array.isArray(reported) ? (reported as ByDriver[]).map(ofDriver) : [];
  const row = await ports.repositories.find(restore.project_id, restore.region_id);
  try {
    const compared = await ports.repositories.use(row, async (repository) => {
      const { kind } = await repository.readManifest(restore.backup_id);
      if (kind !== "files") return [];
      return compareFiles({
        repository,
        backup_id: restore.backup_id,
        dir,
        content_bytes_max: drill.spec.content_bytes_max,
        random: ports.random,
        signal,
        owners: process.geteuid?.() === 0,
      });
    });
    return [whole, ...by_driver, ...compared];
  } catch (thrown) {
    const error = asHoldfastError(thrown);
    if (signal.aborted || error.retry === "soon" || error.fault === "bug") throw thrown;
    const problems = [`${error.code}: ${error.message}`];
    return [whole, ...by_driver, { name: "the backup's own record", passed: false, detail: "not readable", problems }];
  }
}

function ofDriver(it: ByDriver): DrillValidation {
  const passed = it.outcome !== "failed";
  const detail = String(it.message ?? it.detail ?? it.outcome ?? "");
  return { name: String(it.name ?? it.check ?? "validation"), passed, detail, problems: passed ? [] : [detail] };
}
