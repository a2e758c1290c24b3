import { errorCatalogue } from "../../base/index.ts";

export const accessError = errorCatalogue({
  TOKEN_INVALID: {
    fault: "user",
    retry: "never",
    guidance: "Give a valid token, e.g. in BAAS_TOKEN. The admin token was printed at the server's first start.",
    http: 401,
  },
  TOKEN_NOT_FOUND: { fault: "user", retry: "never", guidance: "List the tokens to see their ids.", http: 404 },
});
