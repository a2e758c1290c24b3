import { InvalidArgumentError } from "commander";

const UNITS: Readonly<Record<string, number>> = { "": 1, k: 1, m: 2, g: 3, t: 4, p: 5 };

/** Bytes of a size such as `500GiB`; units are powers of 1024, with or without the i. */
export function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgtp]?)(?:i?b)?$/i.exec(text);
  const unit = UNITS[(match?.[2] ?? "").toLowerCase()];
  if (match === null || unit === undefined) throw new InvalidArgumentError("a size such as 500GiB");
  const power = match[2] === "" ? 0 : unit;
  return Math.round(Number(match[1]) * 1024 ** power);
}
