import { errorCatalogue } from "../../base/index.ts";

export const hostError = errorCatalogue({
  AGENT_NOT_ENROLLED: {
    fault: "user",
    retry: "never",
    guidance:
      "Enrol this host first: `baas agent enroll --server URL --token T`, with a token of `baas agent token create`.",
  },
  AGENT_ENROLLED_ALREADY: {
    fault: "user",
    retry: "never",
    guidance: "Give --replace when this host is to become another agent; its identity here is given up then.",
  },
  AGENT_TOKEN_MALFORMED: {
    fault: "user",
    retry: "never",
    guidance: "Give the token as `baas agent token create` printed it, whole.",
  },
  AGENT_SERVER_STRANGE: {
    fault: "operational",
    retry: "never",
    guidance:
      "The server at that address is not the one that made the token. Check the address, and who answers there.",
  },
  AGENT_CONFIG_INVALID: {
    fault: "user",
    retry: "never",
    guidance: "Correct what the message names; see docs/agents.md.",
  },
  AGENT_PATH_FORBIDDEN: {
    fault: "user",
    retry: "never",
    guidance: "The owner of the host allows other paths only: `read` and `restore` in agent.yaml on the host.",
    status_reason: "SourceUnreachable",
  },
  AGENT_RESTORE_FORBIDDEN: {
    fault: "user",
    retry: "never",
    guidance: "The owner of the host takes no restores from the server. Start it on the host: `baas agent restore`.",
    status_reason: "TargetNotWritable",
  },
  AGENT_HOOK_FAILED: {
    fault: "operational",
    retry: "later",
    guidance: "Run the hook on the host by hand, and see what it says. It must end with 0, and in time.",
    status_reason: "SnapshotFailed",
  },
  AGENT_HOOK_MISSING: {
    fault: "user",
    retry: "never",
    guidance: "Put an executable of that name on the host: hooks.d for hooks, commands.d for commands.",
    status_reason: "SourceUnreachable",
  },
  AGENT_COMMAND_FAILED: {
    fault: "operational",
    retry: "later",
    guidance: "Run the command on the host by hand, and see what it says. It must end with 0.",
    status_reason: "SnapshotFailed",
  },
  AGENT_SOURCE_UNKNOWN: {
    fault: "user",
    retry: "never",
    guidance: "This agent does not know that kind of source. Bring it to the server's version.",
    status_reason: "InvalidRequest",
  },
  AGENT_CANCELED: {
    fault: "user",
    retry: "never",
    guidance: "The task was called off by the server.",
    status_reason: "Cancelled",
  },
  AGENT_STOPPING: {
    fault: "operational",
    retry: "soon",
    guidance: "The agent was stopped; it takes the task up again when it starts.",
    status_reason: "SourceUnreachable",
  },
});
