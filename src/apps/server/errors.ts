import { errorCatalogue } from "../../base/index.ts";

export const serverError = errorCatalogue({
  SERVER_ALREADY_RUNNING: {
    fault: "user",
    retry: "later",
    guidance: "One server works on one data folder. Use the one that runs, stop it, or give this one its own folder.",
    http: 409,
  },
  SERVER_FOLDER_UNUSABLE: {
    fault: "operational",
    retry: "later",
    guidance: "Check that the folder can be made and written by this user, and that its disk is not full.",
  },
});
