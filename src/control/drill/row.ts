import type { Selectable } from "kysely";
import type { DrillTable } from "../../platform/db/index.ts";

export type DrillRow = Selectable<DrillTable>;
