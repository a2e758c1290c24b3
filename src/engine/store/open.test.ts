import { systemRandom as random } from "../../base/index.ts";
import { withCounts } from "./count.ts";
import { openStore } from "./open.ts";
import { storeContract } from "./testing/contract.ts";
import { fillFolder, temporaryFolder } from "./testing/fs-folder.ts";

storeContract("fs under short writes, faults, limit, retry and counts", async (t, { clock, quota_bytes }) => {
  const path = await temporaryFolder(t);
  const fault = {
    seed: 7,
    rules: [
      { on: "file.write", action: { kind: "short_write", bytes: 4097 }, times: 40 },
      { on: "get", nth: 2, action: { kind: "error", errno: "EIO" } },
      { on: "list", nth: 1, action: { kind: "error", errno: "ETIMEDOUT" } },
      { on: "file.datasync", nth: 3, action: { kind: "error", errno: "EIO" } },
      { on: "file.link", nth: 1, when: "after", action: { kind: "error", errno: "EIO" } },
      { on: "file.sync_folder", nth: 9, action: { kind: "error", errno: "EIO" } },
    ],
  } as const;
  const limit = { concurrency_max: 6, queue_max: 10_000 };
  const config = { kind: "fs", path, ...(quota_bytes === undefined ? {} : { quota_bytes }) } as const;
  return {
    open: async () => {
      const store = await openStore(config, { clock, random, fault, limit, retry: { pause_ms_first: 1 } });
      return withCounts(store, clock).store;
    },
    fill: (keys) => fillFolder(path, keys),
  };
});
