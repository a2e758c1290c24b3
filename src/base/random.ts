import { randomFillSync } from "node:crypto";

/** Randomness comes in through this port, so that simulations replay from a seed. */
export interface Random {
  /** `count` bytes. The system port's are fit for keys. */
  bytes(count: number): Buffer;
}

export const systemRandom: Random = {
  bytes: (count) => randomFillSync(Buffer.allocUnsafe(count)),
};
