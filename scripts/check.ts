/** `npm run check [-- GATE …]`: every gate, or the named ones; all run, each with its findings, exit code 1 for any. */
import { dirname } from "node:path";
import { GATES } from "./gates/index.ts";

const FINDINGS_SHOWN_MAX = 100;

const root = dirname(import.meta.dirname);
const wanted = process.argv.slice(2);
const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const unknown = wanted.filter((name) => !GATES.some((gate) => gate.name === name));
const chosen = GATES.filter((gate) => wanted.length === 0 || wanted.includes(gate.name));
if (unknown.length > 0) {
  print(`there is no gate ${unknown.join(", ")}; the gates are ${GATES.map((gate) => gate.name).join(", ")}`);
  process.exitCode = 2;
} else {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(name, () => controller.abort());
  for (const gate of chosen) {
    const start_ms = performance.now();
    let findings: readonly string[];
    try {
      findings = await gate.run(root, controller.signal);
    } catch (error) {
      findings = [`the gate itself failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`];
    }
    const took = `${((performance.now() - start_ms) / 1000).toFixed(1)} s`;
    if (findings.length === 0) {
      print(`ok    ${gate.name.padEnd(8)} ${took.padStart(7)}  ${gate.purpose}`);
      continue;
    }
    process.exitCode = 1;
    print(`FAIL  ${gate.name.padEnd(8)} ${took.padStart(7)}  ${gate.purpose}: ${findings.length} findings`);
    for (const finding of findings.slice(0, FINDINGS_SHOWN_MAX)) print(finding.replace(/^/gm, "      "));
    if (findings.length > FINDINGS_SHOWN_MAX) print(`      … and ${findings.length - FINDINGS_SHOWN_MAX} more`);
  }
}
