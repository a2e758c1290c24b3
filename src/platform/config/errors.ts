import { errorCatalogue } from "../../base/index.ts";

export const configError = errorCatalogue({
  CONFIG_INVALID: {
    fault: "user",
    retry: "never",
    guidance:
      "Correct the named setting where it was set (flag, environment variable or line of holdfast.yaml) and start again.",
  },
  CONFIG_SECRET_MISSING: {
    fault: "operational",
    retry: "later",
    guidance:
      "Set the environment variable of the server, or put the secret into the named file that its user may read.",
  },
  CONFIG_UNREADABLE: {
    fault: "user",
    retry: "never",
    guidance: "Check that the file exists, that this user may read it, and that it is YAML.",
  },
});
