/** `npm run build:web`: the console, in web/dist, whether or not it has changed. */
import { dirname } from "node:path";
import { ensureConsole } from "./web/ensure-console.ts";

ensureConsole(dirname(import.meta.dirname), (line) => process.stdout.write(`${line}\n`), { force: true });
