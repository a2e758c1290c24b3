import type * as z from "zod";
import { inventoryError } from "./errors.ts";

/** Parses input, or throws INVENTORY_INVALID naming every wrong field. */
export function validate<S extends z.ZodType>(schema: S, input: unknown, noun: string): z.output<S> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.map(String).join(".") || noun}: ${issue.message}`);
  throw inventoryError("INVENTORY_INVALID", `${noun}: ${problems.join("; ")}`, { problems });
}
