import { readFileSync } from "node:fs";

/** From package.json, which lies three folders up both in the sources and in the built package. */
export const PRODUCT_VERSION: string = (
  JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")) as { version: string }
).version;
