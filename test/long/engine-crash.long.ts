/** SIGKILL at hundreds of moments. */
import { crashSuite } from "../engine/crash-suite.ts";

crashSuite(150, 7);
