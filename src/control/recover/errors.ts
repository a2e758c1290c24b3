import { errorCatalogue } from "../../base/index.ts";

export const recoverError = errorCatalogue({
  RESTORE_AGENT_FOREIGN: {
    fault: "user",
    retry: "never",
    guidance:
      "A host reads back its own backups, and no other's. Restore into a folder of the server, or enrol the new host " +
      "under the old one's name (`baas agent token create NAME`).",
    http: 409,
  },
  RESTORE_PROJECT_OF_AGENT: {
    fault: "user",
    retry: "never",
    guidance:
      "A host with an agent shares its project with nobody, and the restored resource would be in it. Name another " +
      "project (--target-project), or restore onto the host (--agent).",
    http: 409,
  },
  RESTORE_NOT_CONFIRMED: {
    fault: "user",
    retry: "never",
    guidance:
      "This restore overwrites what is there now. Look at the plan, then confirm by typing the workload's name (--confirm NAME).",
    http: 409,
  },
  RESTORE_TARGET_MISSING: {
    fault: "user",
    retry: "never",
    guidance: "Say where to: --in-place, --target FOLDER, or --new-name NAME for a new resource.",
    http: 400,
  },
  RESTORE_TARGET_FORBIDDEN: {
    fault: "user",
    retry: "never",
    guidance: "Choose a folder outside of Holdfast's own data and of every region's storage.",
    status_reason: "TargetNotWritable",
    http: 409,
  },
  RESTORE_SOURCE_DAMAGED: {
    fault: "operational",
    retry: "never",
    guidance:
      "Restore the good backup or copy that is offered. Whoever has the permission restores:override may read the damaged one for what is left of it: --override REASON.",
    status_reason: "RepositoryDamaged",
    http: 409,
  },
  RESTORE_OVERRIDE_NEEDLESS: {
    fault: "user",
    retry: "never",
    guidance: "Leave the override out: nothing keeps this backup from being restored.",
    http: 400,
  },
  RESTORE_NOT_AVAILABLE: {
    fault: "user",
    retry: "never",
    guidance: "`baas backup show` says what state the backup is in and where its copies are.",
    http: 409,
  },
});
