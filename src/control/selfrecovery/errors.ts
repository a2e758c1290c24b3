import { errorCatalogue } from "../../base/index.ts";

export const recoveryError = errorCatalogue({
  RECOVERY_KIT_MISSING: {
    fault: "user",
    retry: "never",
    guidance: "`baas recovery kit` makes one; print it, and keep it where neither the server nor the backups are.",
    http: 404,
  },
});
