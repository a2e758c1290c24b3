/** A few of the moments that test/long/engine-crash.long.ts tries by the hundred. */
import { crashSuite } from "./crash-suite.ts";

crashSuite(4, 20_260_801);
