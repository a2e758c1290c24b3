import { errorCatalogue } from "../../base/index.ts";

export const inventoryError = errorCatalogue({
  REGION_NOT_FOUND: { fault: "user", retry: "never", guidance: "`baas region list` shows the regions.", http: 404 },
  REGION_EXISTS: {
    fault: "user",
    retry: "never",
    guidance: "Choose another name, or use the region that is there.",
    http: 409,
  },
  PROJECT_NOT_FOUND: { fault: "user", retry: "never", guidance: "`baas project list` shows the projects.", http: 404 },
  PROJECT_EXISTS: {
    fault: "user",
    retry: "never",
    guidance: "Choose another name, or use the project that is there.",
    http: 409,
  },
  WORKLOAD_NOT_FOUND: {
    fault: "user",
    retry: "never",
    guidance: "`baas workload list` shows the workloads.",
    http: 404,
  },
  WORKLOAD_AMBIGUOUS: {
    fault: "user",
    retry: "never",
    guidance: "Name the project as well (--project), or use the workload's id.",
    http: 409,
  },
  WORKLOAD_EXISTS: {
    fault: "user",
    retry: "never",
    guidance: "Choose another name, or edit the workload that is there.",
    http: 409,
  },
  WORKLOAD_AGENT_UNKNOWN: {
    fault: "user",
    retry: "never",
    guidance:
      "`baas agent list` shows the agents and their projects; a host's workloads belong to its agent's project.",
    http: 400,
  },
  PROJECT_OF_AGENT: {
    fault: "user",
    retry: "never",
    guidance:
      "A host with an agent shares its project, and so its keys, with nobody. Put the workload into another project, " +
      "or let the agent back it up.",
    http: 409,
  },
  INVENTORY_INVALID: { fault: "user", retry: "never", guidance: "Correct the named field and try again.", http: 400 },
  REVISION_CONFLICT: {
    fault: "user",
    retry: "never",
    guidance: "Someone changed it meanwhile. Read it again and repeat the edit on what it is now.",
    http: 409,
  },
});
