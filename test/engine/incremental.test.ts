/** Some of the changes that test/long/incremental.long.ts makes. */
import { incrementalSuite } from "./incremental-suite.ts";

incrementalSuite(4);
