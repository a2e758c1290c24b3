import { inspect } from "node:util";
const DETAIL_CHARS_MAX = 20_000;
/** Everything the error says, causes included; the test runner's own wrapper around it is taken off. */
function describe(error) {
  const own = "failureType" in error && error.cause !== undefined ? error.cause : error;
  const text = typeof own === "string" ? own : inspect(own, { depth: 6, breakLength: 120 });
  return text.length > DETAIL_CHARS_MAX ? `${text.slice(0, DETAIL_CHARS_MAX)}\n… (cut)` : text;
}
function recordOf(event, name) {
  const { data } = event;
  const at = { kind: "test", name, duration_ms: data.details.duration_ms, line: data.line };
  const isSuite = data.details.type === "suite";
  if (event.type === "test:pass" || data.todo !== undefined) {
    if (isSuite) return undefined;
    const reason = data.skip ?? data.todo;
    if (reason === undefined || reason === false) return { ...at, outcome: "passed", detail: undefined };
    const label = data.skip === undefined ? "to do" : "skipped";
    return { ...at, outcome: "skipped", detail: typeof reason === "string" && reason !== "" ? reason : label };
  }
  const { error } = event.data.details;
  // The parent of a failed test fails too; its child has been reported.
  if ("failureType" in error && error.failureType === "subtestsFailed") return undefined;
  return { ...at, outcome: "failed", detail: describe(error) };
}
/** A test that fails after its end is only a diagnostic to Node; to us it is a failure, or nobody would ever look. */
function lateFailure(message) {
  if (!message.includes("asynchronous activity after the test ended")) return undefined;
  return { kind: "test", name: "after its end", outcome: "failed", duration_ms: 0, line: undefined, detail: message };
}
export default async function* report(source) {
  const names = new Map();
  const line = (record) => `${JSON.stringify(record)}\n`;
  for await (const event of source) {
    if (event.type === "test:enqueue") {
      const parent = names.get(event.data.parentId ?? 0);
      names.set(event.data.testId, parent === undefined ? event.data.name : `${parent} > ${event.data.name}`);
    } else if (event.type === "test:pass" || event.type === "test:fail") {
      const record = recordOf(event, names.get(event.data.testId) ?? event.data.name);
      if (record !== undefined) yield line(record);
    } else if (event.type === "test:diagnostic") {
      const record = lateFailure(event.data.message);
      if (record !== undefined) yield line(record);
    } else if (event.type === "test:summary") {
      yield line({ kind: "end" });
    }
  }
}
