/** Every kind of change to a source between two backups. */
import { incrementalSuite } from "../engine/incremental-suite.ts";

incrementalSuite(1);
