/**
 * Every word the console shows, in English, in one place: a translation is another object of the same shape. Sentences
 * with figures are functions. The words themselves are those of the API and the command line.
 */
import { admin } from "./admin.ts";
import { agents } from "./agents.ts";
import { assure } from "./assure.ts";
import { business } from "./business.ts";
import { common } from "./common.ts";
import { data } from "./data.ts";
import { evidence } from "./evidence.ts";
import { incidents } from "./incidents.ts";
import { moment } from "./moment.ts";
import { policies } from "./policies.ts";
import { restore } from "./restore.ts";
import { sight } from "./sight.ts";
import { watch } from "./watch.ts";

export const t = {
  ...common,
  ...sight,
  ...data,
  ...policies,
  ...restore,
  ...watch,
  ...admin,
  ...evidence,
  ...incidents,
  ...assure,
  ...business,
  ...moment,
  ...agents,
};
