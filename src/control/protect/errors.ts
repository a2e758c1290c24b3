import { errorCatalogue } from "../../base/index.ts";

export const protectError = errorCatalogue({
  WORKLOAD_EXCLUDED: {
    fault: "user",
    retry: "never",
    guidance:
      "Somebody declared that this workload is not protected. Take the exception or the opt-out tag back first.",
    http: 409,
  },
  APPLICATION_PART_FAILED: {
    fault: "operational",
    retry: "never",
    guidance:
      "Mend the part: `baas job list --workload PART` says what went wrong. The application is backed up whole, or not.",
    status_reason: "SourceUnreachable",
  },
});
