/** Runs one operation up to one point and proves what must hold then. */
import { type ChildProcess, fork } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { systemClock as clock } from "../../../src/base/index.ts";
import { FalseAnswer, operationOf } from "./operations.ts";
import { faultOf, hasStruck, parsePoint, type Point, pointName } from "./points.ts";
import { prove } from "./proof.ts";
import { type Facts, newScene, type Scene } from "./states.ts";
import type { VictimAnswer, VictimTask } from "./victim.ts";

const LIMIT_MS = 180_000;

export interface PointResult {
  readonly point: string;
  /** The operation came to the point; else it ended before. */
  readonly struck: boolean;
  readonly failure?: string;
}

export interface PointOptions {
  readonly seed: number;
  readonly by_format: boolean;
}

interface End {
  readonly struck: boolean;
  readonly acknowledged: boolean;
}

/** Runs points one after the other, with the next victim always ready. */
export class PointRunner {
  readonly #facts: Facts;
  #spare: ChildProcess | undefined;

  constructor(facts: Facts) {
    this.#facts = facts;
  }

  async run(name: string, options: PointOptions): Promise<PointResult> {
    const point = parsePoint(name);
    const operation = operationOf(point.operation);
    const scene = newScene(this.#facts, operation.state);
    let struck = false;
    const work = async () => {
      const killed = point.kind === "kill";
      const end = killed ? await this.#kill(scene, point, options.seed) : await this.#fail(scene, point, options.seed);
      struck = end.struck;
      const stopped = { operation, acknowledged: end.acknowledged, killed, by_format: options.by_format };
      await prove(scene, this.#facts, stopped);
      for (const folder of [scene.folder, `${scene.folder}-restored`, `${scene.folder}-made`])
        rmSync(folder, { recursive: true, force: true });
    };
    const stop = new AbortController();
    const late = clock.sleep(LIMIT_MS, stop.signal).then(
      () => Promise.reject(new Error(`not over after ${LIMIT_MS} ms`)),
      () => undefined,
    );
    try {
      await Promise.race([work(), late]);
      return { point: name, struck };
    } catch (error) {
      const failure = error instanceof Error ? (error.stack ?? String(error)) : String(error);
      return { point: name, struck, failure: `${failure}\n(what it left: ${scene.folder})` };
    } finally {
      stop.abort();
    }
  }

  async #fail(scene: Scene, point: Point, seed: number): Promise<End> {
    const fault = faultOf(point, seed);
    let acknowledged = false;
    try {
      await operationOf(point.operation).run(scene, this.#facts, { fault });
      acknowledged = true;
    } catch (error) {
      if (error instanceof FalseAnswer) throw error;
    }
    for (const path of [scene.repo, scene.replica]) rmSync(join(path, ".power-cut"), { recursive: true, force: true });
    return { struck: hasStruck(fault, point), acknowledged };
  }

  async #kill(scene: Scene, point: Point, seed: number): Promise<End> {
    const victim = this.#spare ?? startVictim();
    this.#spare = startVictim();
    const end = new Promise<End>((resolve, reject) => {
      let answer: VictimAnswer | undefined;
      victim.once("message", (message) => (answer = message as VictimAnswer));
      victim.once("exit", (code, signal) => {
        if (answer !== undefined && !answer.acknowledged)
          reject(new Error(`it failed without a fault: ${answer.error}`));
        else if (answer !== undefined) resolve({ struck: false, acknowledged: true });
        else if (signal === "SIGKILL") resolve({ struck: true, acknowledged: false });
        else reject(new Error(`the victim ended with ${code ?? signal}`));
      });
    });
    const { base } = this.#facts;
    victim.send({ base, folder: scene.folder, point: pointName(point), seed } satisfies VictimTask);
    return end;
  }

  close(): void {
    this.#spare?.kill();
  }
}

function startVictim(): ChildProcess {
  return fork(join(import.meta.dirname, "victim.ts"), { stdio: ["ignore", "inherit", "inherit", "ipc"], execArgv: [] });
}
