import { errorCatalogue } from "../../base/index.ts";

export const agentError = errorCatalogue({
  AGENT_NOT_FOUND: { fault: "user", retry: "never", guidance: "`baas agent list` shows the agents.", http: 404 },
  AGENT_PROJECT_TAKEN: {
    fault: "user",
    retry: "never",
    guidance:
      "A host with an agent has a project to itself, so that it shares no key with another host. Name a project that " +
      "is new or empty, or none: one is made then.",
    http: 409,
  },
  AGENT_TOKEN_INVALID: {
    fault: "user",
    retry: "never",
    guidance: "A token enrols one host, once, and for a short while. Make another: `baas agent token create NAME`.",
    http: 401,
  },
  AGENT_UNKNOWN: {
    fault: "user",
    retry: "never",
    guidance: "The server knows this certificate not, or not any more. Enrol the host again: `baas agent enroll`.",
    http: 401,
  },
  AGENT_REVOKED: {
    fault: "user",
    retry: "never",
    guidance: "Somebody took this host's access away. A new token enrols it again: `baas agent token create NAME`.",
    http: 403,
  },
  AGENT_REQUEST_INVALID: {
    fault: "user",
    retry: "never",
    guidance: "Agent and server do not understand each other. Bring both to the same version.",
    http: 400,
  },
  AGENT_PROTOCOL_OLD: {
    fault: "user",
    retry: "never",
    guidance: "This agent is too old for its server. Install the agent in the server's version.",
    http: 426,
  },
  AGENT_PROTOCOL_NEW: {
    fault: "user",
    retry: "later",
    guidance: "This agent is newer than its server. Update the server first, then its agents.",
    http: 426,
  },
  AGENT_REFUSED: {
    fault: "user",
    retry: "never",
    guidance:
      "An agent adds to its own backups, and changes or deletes nothing. What it asked for is on record with the server.",
    http: 403,
  },
  AGENT_TASK_GONE: {
    fault: "operational",
    retry: "never",
    guidance: "The task was called off, or is over. The agent forgets it and asks for others.",
    http: 409,
  },
  AGENT_SILENT: {
    fault: "operational",
    retry: "later",
    guidance: "Look on the host whether the agent runs (`systemctl status holdfast-agent`) and reaches the server.",
    status_reason: "SourceUnreachable",
    http: 503,
  },
  AGENT_MANIFEST_WRONG: {
    fault: "operational",
    retry: "never",
    guidance:
      "The agent wrote something else into the backup than it was told. Treat its host as compromised: revoke the " +
      "agent, and look at the backups it made since.",
    status_reason: "SourceChanged",
  },
  AGENT_ADDRESS_OFF: {
    fault: "user",
    retry: "never",
    guidance: "Set agents.host and agents.port (BAAS_AGENTS_PORT) and start the server again; docs/agents.md.",
    http: 409,
  },
});
