import { errorCatalogue } from "../../base/index.ts";

export const serverError = errorCatalogue({
  WORKER_DATABASE_MISSING: {
    fault: "user",
    retry: "never",
    guidance: "Give the worker the server's DATABASE_URL: an embedded database is its server's alone.",
  },
  WORKER_KEYS_MISSING: {
    fault: "user",
    retry: "later",
    guidance:
      "Start the server first, and give the worker its data folder (--data): the key manager's socket and tokens are there.",
  },
  SERVER_ALREADY_RUNNING: {
    fault: "user",
    retry: "later",
    guidance: "One server works on one data folder. Use the one that runs, stop it, or give this one its own folder.",
    http: 409,
  },
  SERVER_SEAL_KEY_INVALID: {
    fault: "user",
    retry: "never",
    guidance: "Give 32 bytes in base64, e.g. from `openssl rand -base64 32`, or bring the file back that was there.",
  },
  SERVER_FOLDER_UNUSABLE: {
    fault: "operational",
    retry: "later",
    guidance: "Check that the folder can be made and written by this user, and that its disk is not full.",
  },
});
