import ignore from "ignore";

/** Names differ by case here, and a name may consist of dots. */
const RULES = { ignorecase: false, allowRelativePaths: true };
const REMEMBERED_MAX = 20_000;

/** Decides by gitignore rules whether an entry, by its path below its root, is left out. */
export type Exclude = (path: Buffer, name: Buffer, directory: boolean) => boolean;

/** @param patterns gitignore syntax: `*.tmp`, `/cache`, `node_modules/`, `!keep.tmp`, `**​/x` */
export function compileExclude(patterns: readonly string[]): Exclude | undefined {
  if (patterns.length === 0) return undefined;
  const compile = () => ignore(RULES).add([...patterns]);
  let rules = compile();
  let asked = 0;
  return (path, name, directory) => {
    const text = (path.length === 0 ? name : Buffer.concat([path, Buffer.from("/"), name])).toString("utf8");
    // It remembers every path it was asked about; starting over now and then keeps memory flat.
    if (++asked % REMEMBERED_MAX === 0) rules = compile();
    return rules.ignores(directory ? `${text}/` : text);
  };
}
