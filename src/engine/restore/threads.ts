import { ThreadSource } from "../pipeline/index.ts";

export const restoreThreads = new ThreadSource(new URL("./worker.ts", import.meta.url));
