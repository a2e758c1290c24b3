import { errorCatalogue } from "../../base/index.ts";

export const chunkError = errorCatalogue({
  CHUNK_PARAMS_INVALID: {
    fault: "user",
    retry: "never",
    guidance:
      "Choose chunker parameters within their limits (docs/format.md lists them). If they come from an existing repository's config, that config is damaged or written by a newer version.",
  },
  CHUNK_KEY_INVALID: {
    fault: "bug",
    retry: "never",
    guidance: "The chunker key is 32 bytes and its gear table 256 words. Please report this with the log of this run.",
  },
  CHUNK_RANGE_INVALID: {
    fault: "bug",
    retry: "never",
    guidance: "The chunker was asked about bytes outside its slab. Please report this with the log of this run.",
  },
  CHUNK_KERNEL_UNUSABLE: {
    fault: "operational",
    retry: "later",
    status_reason: "InternalError",
    guidance:
      "Reinstall Holdfast when wasm/gear.wasm is missing or damaged. Otherwise lift the limit on this process's address space (ulimit -v): WebAssembly reserves several GiB of addresses, not of memory.",
  },
});
