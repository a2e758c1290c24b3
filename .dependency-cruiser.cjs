/**
 * Import rules, all derived from the one list in scripts/path.cjs. `npm run check -- layers` runs them and words the
 * findings; `npx depcruise --config .dependency-cruiser.cjs src` shows them raw.
 */
const { join } = require("node:path");
const { ROOMS } = require("./scripts/path.cjs");

/** Longest first, so that a room is never taken for a shorter one. */
const anyRoom = [...ROOMS].sort((a, b) => b.length - a.length).join("|");
const TEST_FILE = "\\.(test|long)\\.ts$";
/** Test support that a room shares with other rooms' tests stands behind a door of its own. */
const TESTING = "(^src/testing/|/testing/|/testing\\.ts$)";

const isEngine = (room) => room.startsWith("engine/");
const isServerSide = (room) => /^(platform|control|apps)\//.test(room);

/** One rule a room: not into the rooms behind it. What the engine may never touch has its own rule with its own reason. */
const oneWay = ROOMS.flatMap((room, place) => {
  const later = ROOMS.slice(place + 1).filter(
    (other) => other !== "testing" && !(isEngine(room) && isServerSide(other)),
  );
  if (later.length === 0) return [];
  return {
    name: `one-way:${room}`,
    severity: "error",
    comment: `room "${room}" may import only rooms that stand before it on the path (scripts/path.cjs)`,
    from: { path: `^src/${room}/` },
    to: { path: `^src/(${later.join("|")})/` },
  };
});

module.exports = {
  forbidden: [
    ...oneWay,
    {
      name: "engine-has-no-server",
      severity: "error",
      comment:
        "the engine runs in server, worker, agent and CLI alike, so it knows neither database, control plane nor apps",
      from: { path: "^src/engine/" },
      to: { path: "^src/(platform|control|apps)/" },
    },
    {
      name: "agent-has-no-control-plane",
      severity: "error",
      comment:
        "the agent runs on the customer's machine: nothing it reaches, even by detours, may be platform or control",
      from: { path: "^src/apps/agent/", pathNot: TEST_FILE },
      to: { path: "^src/(platform|control)/", reachable: true },
    },
    {
      name: "use-the-door",
      severity: "error",
      comment: "another room is entered only through its index.ts; what that does not export is the room's own affair",
      from: { path: `^src/(${anyRoom})/` },
      to: {
        path: `^src/(?:${anyRoom})/`,
        pathNot: [`^src/$1/`, `^src/(?:${anyRoom})/index\\.ts$`, TESTING],
      },
    },
    {
      name: "use-the-door:outside",
      severity: "error",
      comment: "tests and scripts outside src enter a room only through its index.ts",
      from: { path: "^(test|scripts)/" },
      to: {
        path: `^src/(?:${anyRoom})/`,
        pathNot: [`^src/(?:${anyRoom})/index\\.ts$`, TESTING, "^src/apps/[^/]+/main\\.ts$"],
      },
    },
    {
      name: "no-testing-in-production",
      severity: "error",
      comment: "fakes, builders and fault injection never reach production code",
      from: { path: "^src/", pathNot: [TEST_FILE, TESTING] },
      to: { path: TESTING },
    },
    {
      name: "independent-reader",
      severity: "error",
      comment:
        "test/compat proves docs/format.md by reading a repository from that page alone; importing the engine would prove nothing",
      from: { path: "^test/compat/reader/" },
      to: { path: "^src/" },
    },
    {
      name: "no-circular",
      severity: "error",
      comment: "files that import each other are one file in two pieces; take out what both need",
      from: {},
      to: { circular: true },
    },
    {
      name: "not-resolvable",
      severity: "error",
      comment: "this import leads nowhere",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    // Type-only imports couple rooms as well.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: join(__dirname, "tsconfig.json") },
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)(dist|fixtures)/" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
};
