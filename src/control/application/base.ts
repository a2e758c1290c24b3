import type { Db } from "../../platform/db/index.ts";
import { restorableBackup, type Restorable } from "../archiving/index.ts";
import { getBackupRow } from "../catalog/index.ts";
import type { Repositories } from "../repositories/index.ts";
import { type GroupDetails, groupOf } from "../sources/index.ts";
import { applicationError } from "./errors.ts";
import type { Application } from "./profile.ts";

/**
 * The newest backup of an application in which every part was whole by the time that is wanted.
 * @throws APPLICATION_TARGET_UNREACHABLE with the earliest and the latest time there is
 */
export async function chooseGroup(
  application: Application,
  to_time: string | undefined,
  ports: { readonly db: Db; readonly repositories: Repositories },
): Promise<{ readonly backup_id: string; readonly kind: "application"; readonly restorable: Restorable }> {
  const rows = await ports.db
    .selectFrom("backups")
    .select(["id", "details"])
    .where("workload_id", "=", application.id)
    .where("state", "=", "AVAILABLE")
    .orderBy("created_at", "desc")
    .execute();
  const groups = rows.flatMap(({ id, details }) => {
    const group = groupOf(details);
    return group === undefined ? [] : [{ id, group }];
  });
  const at_ms = to_time === undefined ? undefined : Math.floor(Date.parse(to_time) / 1000) * 1000;
  const chosen = groups.find(({ group }) => at_ms === undefined || group.point_ms <= at_ms);
  const oldest = groups.at(-1);
  if (chosen === undefined) {
    const earliest = oldest === undefined ? null : firstSecond(oldest.group);
    const message =
      earliest === null
        ? `application ${application.name} has no backup`
        : `no backup of ${application.name} was whole by ${to_time ?? "now"}; the earliest time is ${earliest}`;
    throw applicationError("APPLICATION_TARGET_UNREACHABLE", message, { earliest, latest: null });
  }
  const restorable = await restorableGroup(chosen.group, ports);
  if (at_ms !== undefined && restorable.latest !== null && at_ms > Date.parse(restorable.latest))
    throw applicationError(
      "APPLICATION_TARGET_UNREACHABLE",
      `${application.name} cannot be brought to ${to_time ?? ""}: it is restorable ${restorable.summary}`,
      { earliest: restorable.earliest, latest: restorable.latest },
    );
  return { backup_id: chosen.id, kind: "application", restorable };
}

/** The first whole second in which every part was whole. */
const firstSecond = ({ point_ms }: GroupDetails) => new Date((Math.floor(point_ms / 1000) + 1) * 1000).toISOString();

/** As far as the part whose log reaches the least. */
export async function restorableGroup(
  group: GroupDetails,
  ports: { readonly db: Db; readonly repositories: Repositories },
): Promise<Restorable> {
  const earliest = firstSecond(group);
  let latest: { readonly at: string | null; readonly part: string } | undefined;
  for (const { name, backup_id } of group.parts) {
    const found = await restorableBackup(await getBackupRow(ports.db, backup_id), ports);
    if (found === null) continue;
    if (latest === undefined || (found.latest ?? "") < (latest.at ?? "")) latest = { at: found.latest, part: name };
  }
  const until = latest?.at ?? null;
  const whole = until !== null && until >= earliest;
  return {
    earliest,
    earliest_lsn: "",
    latest: whole ? until : null,
    latest_lsn: "",
    timeline: null,
    gap: null,
    summary: whole
      ? `to any second from ${earliest} to ${until}, to where the log of ${latest?.part ?? ""} leads`
      : `as it was at ${new Date(group.point_ms).toISOString()}`,
  };
}
