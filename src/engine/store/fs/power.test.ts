import test from "node:test";
import { systemClock as clock, systemRandom as random } from "../../../base/index.ts";
import { faultMachine } from "../fault-plan.ts";
import { openStore } from "../open.ts";
import { rejects } from "../testing/contract.ts";
import { temporaryFolder } from "../testing/fs-folder.ts";

test("a power cut takes the power from every store of the machine, and from no other", async (t) => {
  const rules = [
    { on: "put", where: "last", action: { kind: "power_cut", lose: "all", then: "fail" } },
    { on: "put", nth: 3, when: "after", action: { kind: "error", errno: "EIO" } },
  ] as const;
  const fault = { rules, machine: faultMachine(`test-${process.pid}`, rules) };
  const options = { clock, random, retry: false } as const;
  const [one, two, other] = await Promise.all(
    [fault, fault, { rules, machine: faultMachine(`test-${process.pid}-other`, rules) }].map(async (faults) =>
      openStore({ kind: "fs", path: await temporaryFolder(t), fault: faults }, options),
    ),
  );
  const body = Buffer.from("body");
  await one?.put("a", body);
  await two?.put("b", body);
  if (two) await rejects(two.put("c", body), "STORE_UNAVAILABLE", /injected fault/); // the third of the machine
  if (one) await rejects(one.put("last", body), "STORE_UNAVAILABLE", /injected fault/);
  if (two) await rejects(two.put("d", body), "STORE_UNAVAILABLE", /power is off/);
  await other?.put("a", body);
  for (const store of [one, two, other]) await store?.close();
});
