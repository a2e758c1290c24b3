import ignore from "ignore";

/** Decides by gitignore rules whether an entry, by its path below its root, is left out. */
export type Exclude = (path: Buffer, name: Buffer, directory: boolean) => boolean;

/** @param patterns gitignore syntax: `*.tmp`, `/cache`, `node_modules/`, `!keep.tmp`, `**​/x` */
export function compileExclude(patterns: readonly string[]): Exclude | undefined {
  if (patterns.length === 0) return undefined;
  const rules = ignore().add([...patterns]);
  return (path, name, directory) => {
    const text = (path.length === 0 ? name : Buffer.concat([path, Buffer.from("/"), name])).toString("utf8");
    return rules.ignores(directory ? `${text}/` : text);
  };
}
