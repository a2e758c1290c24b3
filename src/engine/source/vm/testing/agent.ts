/** What tests of frozen guests need of the room's inside. */
import { systemClock as clock } from "../../../../base/index.ts";
import { GuestAgent } from "../agent.ts";
import { whileStill } from "../freeze.ts";

export { GuestAgent };

/** Freezes as a backup does, and never thaws. */
export async function freezeAndStay(
  { qmp, agent, scratch }: { readonly qmp: string; readonly agent: string; readonly scratch: string },
  onFrozen: () => void,
): Promise<void> {
  const client = await GuestAgent.connect(agent, clock);
  await whileStill(scratch, { qmp, agent, resume: false, thaw: true }, async () => {
    await client.freeze(10_000);
    onFrozen();
    await clock.sleep(60_000);
  });
}
