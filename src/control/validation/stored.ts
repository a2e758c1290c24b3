import * as z from "zod";
import { type Validation, validationSchema } from "../../model/index.ts";

/** What a restore says of its validations, as its details keep it. */
export interface StoredValidations {
  readonly validations_passed: number;
  readonly validations_failed: number;
  readonly validations: readonly Validation[];
}

export function toStored(validations: readonly Validation[]): StoredValidations {
  const count = (wanted: Validation["outcome"]) => validations.filter(({ outcome }) => outcome === wanted).length;
  return { validations_passed: count("passed"), validations_failed: count("failed"), validations };
}

const storedSchema = z.object({ validations: z.array(validationSchema) });

/** The validations of a finished restore, out of its details; none when nothing was asked. */
export function validationsIn(details: Readonly<Record<string, unknown>>): readonly Validation[] {
  const parsed = storedSchema.safeParse(details);
  return parsed.success ? parsed.data.validations : [];
}
