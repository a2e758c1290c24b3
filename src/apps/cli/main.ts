#!/usr/bin/env node
import { enableCompileCache } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";

// What is compiled once need not be compiled again: halves the time to start. In a folder of our own user, because
// whoever can write there decides what we run.
const cache_home = process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
enableCompileCache(join(cache_home, "holdfast"));
await import("./start.ts"); // only what is imported from here on is cached
