import { systemRandom as random } from "../../../base/index.ts";
import { storeContract } from "../testing/contract.ts";
import { fillFolder, temporaryFolder } from "../testing/fs-folder.ts";
import { openFsStore } from "./open.ts";

storeContract("fs", async (t, options) => {
  const path = await temporaryFolder(t);
  return { open: () => openFsStore({ path, random, ...options }), fill: (keys) => fillFolder(path, keys) };
});
