/** A sample of what test/long/damage.long.ts tries in full. */
import { damageSuite } from "./damage-suite.ts";

await damageSuite(20);
