#!/usr/bin/env node
import { enableCompileCache } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";

// What is compiled once need not be compiled again: halves the time to start. In a folder of our own user, because
// whoever can write there decides what we run.
const cache_home = process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
const { directory } = enableCompileCache(join(cache_home, "holdfast"));
if (directory !== undefined) process.env["NODE_COMPILE_CACHE"] ??= directory; // for worker threads: they look there only
await import("./start.ts"); // only what is imported from here on is cached
