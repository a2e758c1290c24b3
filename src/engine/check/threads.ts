import { ThreadSource } from "../pipeline/index.ts";

export const checkThreads = new ThreadSource(new URL("./worker.ts", import.meta.url));
