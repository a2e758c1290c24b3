import assert from "node:assert/strict";
import test from "node:test";
import { hasCode } from "../../base/index.ts";
import { createKeyManagerRig } from "./testing/rig.ts";

const ROUNDS = 10;

test("killed while rotating: it opens again, and no acknowledged version or use is lost", async (t) => {
  const rig = await createKeyManagerRig(t);
  let keyd = await rig.start();
  const admin = await rig.connect("admin");
  const server = await rig.connect("server");
  const { key_id } = await admin.createKey("acme");
  const wrap = async (round: string) => ({ round, wrapped: await server.wrap(key_id, Buffer.from(round), { round }) });
  const wrapped = [await wrap("0")];
  let acknowledged = 1;

  for (let round = 1; round <= ROUNDS; round++) {
    // Another moment each round: from before the first write to after several rotations.
    const killing = new Promise<void>((resolve) =>
      setTimeout(() => {
        process.kill(keyd.pid, "SIGKILL");
        resolve();
      }, 3 * round),
    );
    let uses = 0;
    try {
      for (;;) {
        const { versions } = await admin.rotateKey(key_id);
        acknowledged = Math.max(acknowledged, versions.length);
        wrapped.push(await wrap(String(round)));
        uses++;
      }
    } catch (error) {
      assert.ok(hasCode(error, "KEY_MANAGER_UNREACHABLE"), String(error));
    }
    await killing;
    assert.equal(await keyd.exited, null);
    keyd = await rig.start();

    const { versions } = await admin.describeKey(key_id);
    assert.ok(versions.length >= acknowledged, `${versions.length} versions, ${acknowledged} were acknowledged`);
    acknowledged = versions.length;
    for (const each of wrapped) {
      assert.equal((await server.unwrap(each.wrapped, { round: each.round })).toString(), each.round);
    }
    const { entries } = await admin.auditLog({ action: "key.wrap", outcome: "OK", limit: 1000 });
    const recorded = entries.filter(({ context }) => context?.round === String(round)).length;
    assert.ok(recorded >= uses, `${recorded} uses recorded, ${uses} were answered`);
  }

  assert.equal((await admin.verifyAuditLog()).first_broken, null);
  const { entries } = await admin.auditLog({ action: "key.rotate", limit: 1000 });
  const count = (outcome: string) => entries.filter((entry) => entry.outcome === outcome).length;
  assert.equal(count("OK"), acknowledged - 1, "the log knows every version that was made, and no other");
  assert.equal(count("STARTED"), count("OK") + count("INTERRUPTED"));
});
