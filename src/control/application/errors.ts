import { errorCatalogue } from "../../base/index.ts";

export const applicationError = errorCatalogue({
  APPLICATION_UNKNOWN: {
    fault: "user",
    retry: "never",
    guidance: "`baas workload list --type application` shows the applications.",
    http: 404,
  },
  APPLICATION_TARGET: {
    fault: "user",
    retry: "never",
    guidance:
      "An application is restored beside the one that runs: give --new-name, and what is meant for one part as that part's option.",
    http: 400,
  },
  APPLICATION_TARGET_UNREACHABLE: {
    fault: "user",
    retry: "never",
    guidance: "Choose a time between the two that are named, or an earlier backup of the application.",
    http: 409,
  },
  APPLICATION_PART_NOT_RESTORED: {
    fault: "operational",
    retry: "never",
    guidance:
      "The restore of the part says why (`baas job show`). What was restored before it is there as workloads of its own.",
    status_reason: "RepositoryDamaged",
  },
  APPLICATION_NOT_HEALTHY: {
    fault: "operational",
    retry: "never",
    guidance:
      "The parts are there as workloads of their own: look at the one that is named. The application was not declared ready.",
    status_reason: "RepositoryDamaged",
  },
  SUPPRESSION_NOT_APPLIED: {
    fault: "operational",
    retry: "soon",
    guidance:
      "Send nothing from what was restored. Mend what the message names, then restore again; the log itself is whole.",
    status_reason: "InternalError",
  },
  SUPPRESSION_INVALID: {
    fault: "user",
    retry: "never",
    guidance: "An entry has an address without spaces, of at most 320 characters.",
    http: 400,
  },
  SUPPRESSION_QUERY: {
    fault: "user",
    retry: "never",
    guidance: "A collecting query answers with a column named address, and perhaps scope, reason and at.",
    status_reason: "InvalidRequest",
  },
});
