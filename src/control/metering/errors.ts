import { errorCatalogue } from "../../base/index.ts";

export const meteringError = errorCatalogue({
  MONTH_INVALID: { fault: "user", retry: "never", guidance: "A month is written 2026-11, in UTC.", http: 400 },
});
