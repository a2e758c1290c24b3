import { ThreadSource } from "../pipeline/index.ts";

export const backupThreads = new ThreadSource(new URL("./worker.ts", import.meta.url));
