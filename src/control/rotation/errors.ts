import { errorCatalogue } from "../../base/index.ts";

export const rotationError = errorCatalogue({
  PROJECT_KEY_NOT_THERE: {
    fault: "user",
    retry: "never",
    guidance: "A project gets its key with its first backup, or by `baas key create --project NAME`.",
    http: 404,
  },
});
