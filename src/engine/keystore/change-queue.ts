import { asHoldfastError, type Random } from "../../base/index.ts";
import { keyError } from "../keys/index.ts";
import type { AuditEvent, AuditLog } from "./audit-log.ts";

const CHANGES_WAITING_MAX = 64;

/** A refused or failed call, as the audit log has it. */
export function refusal(event: Omit<AuditEvent, "outcome">, error: unknown): AuditEvent {
  const { code } = asHoldfastError(error);
  const outcome = code === "KEY_ACCESS_DENIED" ? "DENIED" : "FAILED";
  return { ...event, outcome, detail: { ...event.detail, code } };
}

/** Runs changes one at a time, each between the two entries of the audit log that frame it. */
export class ChangeQueue {
  readonly #audit: AuditLog;
  readonly #random: Random;
  #tail: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(audit: AuditLog, random: Random) {
    this.#audit = audit;
    this.#random = random;
  }

  /**
   * STARTED, `change`, then OK or FAILED, each on stable storage before the next and before this resolves.
   *
   * @param authorise runs first, when it is this change's turn; what it throws is not framed
   * @throws KEY_MANAGER_BUSY when 64 changes wait already
   */
  async run<T>(
    event: Omit<AuditEvent, "outcome">,
    authorise: () => void,
    change: (change_id: string) => Promise<T>,
  ): Promise<T> {
    if (this.#waiting >= CHANGES_WAITING_MAX) {
      throw keyError("KEY_MANAGER_BUSY", `${CHANGES_WAITING_MAX} changes are waiting already`);
    }
    this.#waiting++;
    const turn = this.#tail.then(() => {
      authorise();
      return this.#frame(event, change);
    });
    const leave = () => this.#waiting--;
    this.#tail = turn.then(leave, leave);
    return turn;
  }

  /** Resolves when the changes asked for so far have ended. */
  async idle(): Promise<void> {
    await this.#tail;
  }

  async #frame<T>(what: Omit<AuditEvent, "outcome">, change: (change_id: string) => Promise<T>): Promise<T> {
    const change_id = this.#random.bytes(16).toString("hex");
    const event = { ...what, change_id };
    this.#audit.append({ ...event, outcome: "STARTED" });
    await this.#audit.sync();
    let result: T;
    try {
      result = await change(change_id);
    } catch (error) {
      this.#audit.append(refusal(event, error));
      await this.#audit.sync();
      throw error;
    }
    this.#audit.append({ ...event, outcome: "OK" });
    await this.#audit.sync();
    return result;
  }
}
