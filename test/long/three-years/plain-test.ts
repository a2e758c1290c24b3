/**
 * Stands in for `node:test` (see `ahead.ts`), which follows each promise of its process: a quarter of what a simulated
 * week takes. One test in one process, named on its way in and out, and what is to be tidied up behind it.
 */
type Work = () => unknown;
type Body = (t: { after(work: Work): void; diagnostic(text: string): void }) => Promise<void>;

const at_end: Work[] = [];

export function after(work: Work): void {
  at_end.push(work);
}

export default async function test(name: string, options: { readonly timeout: number }, body: Body): Promise<void> {
  const print = (text: string) => void process.stdout.write(`${text}\n`);
  const own: Work[] = [];
  const limit = setTimeout(() => {
    process.stderr.write(`${name}: not within ${options.timeout / 60_000} min\n`);
    process.exit(1);
  }, options.timeout);
  try {
    await body({ after: (work) => void own.push(work), diagnostic: print });
    print(`passed: ${name}`);
  } catch (error) {
    process.exitCode = 1;
    process.stderr.write(`failed: ${name}\n${error instanceof Error ? error.stack : String(error)}\n`);
  } finally {
    for (const work of [...own, ...at_end]) await work();
    clearTimeout(limit);
  }
}
