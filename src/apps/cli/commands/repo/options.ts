import { type Command, InvalidArgumentError } from "commander";

/** `baas repo NAME` with the options all of them have, and its example. */
export function repoCommand(parent: Command, name: string, description: string, example: string): Command {
  return (
    parent
      .command(name)
      // The first line stands in the list of commands, all of it in the command's own help.
      .summary(description.split("\n")[0] ?? "")
      .description(description)
      .requiredOption("--repo <place>", "folder of the repository, or s3://bucket/prefix")
      .option("--endpoint <url>", "address of the S3 service (AWS_ENDPOINT_URL)")
      .option("--s3-region <name>", "region that the S3 service calls its own (AWS_REGION)")
      .option("--ca <file>", "certificate authorities of the S3 service, PEM (AWS_CA_BUNDLE)")
      .option("--virtual-host", "the S3 service knows buckets by host name, not by path")
      .option("--json", "print JSON")
      .addHelpText("after", `\nExample:\n  $ ${example}\n`)
  );
}

/** For options that may be given several times. */
export function collect(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value];
}

/** A whole number from 1 to `max`. */
export function countOption(max: number): (value: string) => number {
  return (value) => {
    const count = Number(value);
    if (!/^\d+$/.test(value) || count < 1 || count > max)
      throw new InvalidArgumentError(`a whole number from 1 to ${max}`);
    return count;
  };
}

export const THREADS_MAX = 64;

/** Worker threads asked for, or as many as the engine takes by itself. */
export async function threadsOf(options: { readonly threads?: number }): Promise<number> {
  return options.threads ?? (await import("../../../../engine/pipeline/index.ts")).defaultThreads();
}

/** Problems shown to people; all of them are in the JSON. */
export const PROBLEMS_SHOWN_MAX = 20;
