import { errorCatalogue } from "../../base/index.ts";

export const drillError = errorCatalogue({
  DRILL_PLAN_NOT_FOUND: {
    fault: "user",
    retry: "never",
    guidance: "`baas drill plan list` shows the plans there are.",
    http: 404,
  },
  DRILL_PLAN_EXISTS: {
    fault: "user",
    retry: "never",
    guidance: "Choose another name, or delete the plan of that name first.",
    http: 409,
  },
  DRILL_PLAN_INVALID: {
    fault: "user",
    retry: "never",
    guidance: "Mend what the message names; docs/drills.md shows a whole plan.",
    http: 400,
  },
  DRILL_SANDBOX_NEEDED: {
    fault: "user",
    retry: "never",
    guidance:
      "Drills restore into a sandbox project and nowhere else: baas project create NAME --region REGION --sandbox.",
    http: 409,
  },
  DRILL_KIND_UNSUPPORTED: {
    fault: "user",
    retry: "never",
    guidance:
      "Leave this workload out of the plan, and prove it by a restore of your own; docs/drills.md lists the kinds.",
    status_reason: "InvalidRequest",
    http: 409,
  },
  DRILL_NOT_FOUND: {
    fault: "user",
    retry: "never",
    guidance: "`baas drill list` shows the drills there were.",
    http: 404,
  },
  DRILL_CLASS_NOT_FOUND: {
    fault: "user",
    retry: "never",
    guidance: "`baas drill classes` shows the classes there are.",
    http: 404,
  },
  TASK_NOT_FOUND: {
    fault: "user",
    retry: "never",
    guidance: "`baas task list` shows what is to be done.",
    http: 404,
  },
});
