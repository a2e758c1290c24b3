import { errorCatalogue } from "../../base/index.ts";

export const protectError = errorCatalogue({
  WORKLOAD_EXCLUDED: {
    fault: "user",
    retry: "never",
    guidance:
      "Somebody declared that this workload is not protected. Take the exception or the opt-out tag back first.",
    http: 409,
  },
});
