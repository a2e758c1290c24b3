import { InvalidArgumentError } from "commander";

/** `HOST:PORT`; without a host this machine only. @throws InvalidArgumentError */
export function parseListen(text: string): { readonly host: string; readonly port: number } {
  const match = /^(?:\[([0-9a-f:]+)\]|([^:]*)):(\d{1,5})$/i.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) throw new InvalidArgumentError("write HOST:PORT, e.g. 127.0.0.1:7440");
  return { host: match[1] ?? (match[2] || "127.0.0.1"), port };
}
