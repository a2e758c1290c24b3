import type { Clock, Random } from "../../base/index.ts";
import { BackupReader, BackupTree } from "../../engine/browse/index.ts";
import { imageTree } from "../../engine/image/index.ts";
import type { Repositories } from "../repositories/index.ts";
import { browseError } from "./errors.ts";

/** Backups open at a time: each holds the part of the index that it needs in memory. */
const OPEN_MAX = 12;
const IDLE_MS = 30_000;
/** Then it is opened anew, so that a key that was disabled, or shredded, is asked for again. */
const AGE_MS_MAX = 5 * 60_000;

/** One backup in one region. */
export interface Place {
  readonly backup_id: string;
  readonly project_id: string;
  readonly region_id: string;
}

export interface BrowsePorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly repositories: Repositories;
}

export interface Browser {
  /** Runs `work` with the backup open. @throws BROWSE_BUSY, BACKUP_NOT_FOUND, REPOSITORY_*, KEY_*, STORE_* */
  use<T>(place: Place, work: (tree: BackupTree) => Promise<T>): Promise<T>;
  /** For answers that are sent while they are read: call `release` when the last byte is out. */
  borrow(place: Place): Promise<{ readonly tree: BackupTree; release(): void }>;
  /** Closes everything that is not in use, and what is in use when it no longer is. */
  close(): Promise<void>;
}

interface Session {
  readonly key: string;
  readonly opened_ms: number;
  readonly tree: Promise<BackupTree>;
  readonly ended: Promise<void>;
  /** What reads images takes seconds to start. */
  has_images: boolean;
  users: number;
  used_ms: number;
  end(): void;
}

export function createBrowser({ clock, random, repositories }: BrowsePorts): Browser {
  const sessions = new Map<string, Session>();
  const all = new Set<Session>();
  const closing = new AbortController();
  let watching: Promise<void> | undefined;

  const drop = (session: Session) => {
    if (sessions.get(session.key) === session) sessions.delete(session.key);
    if (session.users === 0) session.end();
  };

  const open = (place: Place, key: string): Session => {
    const released = Promise.withResolvers<void>();
    const opened = Promise.withResolvers<BackupTree>();
    const ended = repositories
      .find(place.project_id, place.region_id)
      .then((row) =>
        repositories.use(row, async (repository) => {
          const reader = await BackupReader.open(repository, place.backup_id);
          const inner = imageTree(reader, { clock, random });
          session.has_images = inner !== undefined;
          opened.resolve(new BackupTree(reader, inner));
          await released.promise;
          await inner?.close();
          await reader.close();
        }),
      )
      .catch((error: unknown) => opened.reject(error));
    const now_ms = clock.monotonic_ms();
    const session: Session = {
      key,
      opened_ms: now_ms,
      tree: opened.promise,
      ended,
      has_images: false,
      users: 0,
      used_ms: now_ms,
      end: released.resolve,
    };
    opened.promise.catch(() => drop(session));
    void ended.finally(() => all.delete(session));
    sessions.set(key, session);
    all.add(session);
    return session;
  };

  const makeRoom = () => {
    if (all.size < OPEN_MAX) return;
    const idle = [...sessions.values()].filter(({ users }) => users === 0).sort((a, b) => a.used_ms - b.used_ms);
    if (idle[0] !== undefined) drop(idle[0]);
    else throw browseError("BROWSE_BUSY", `${all.size} backups are open for reading already`);
  };

  const watch = async () => {
    while (sessions.size > 0 && !closing.signal.aborted) {
      await clock.sleep(IDLE_MS / 3, closing.signal).catch(() => undefined);
      const now_ms = clock.monotonic_ms();
      for (const session of sessions.values()) {
        const kept_ms = session.has_images ? AGE_MS_MAX : IDLE_MS;
        const idle = session.users === 0 && now_ms - session.used_ms >= kept_ms;
        if (idle || now_ms - session.opened_ms >= AGE_MS_MAX) drop(session);
      }
    }
    watching = undefined;
  };

  const borrow: Browser["borrow"] = async (place) => {
    const key = `${place.region_id}/${place.backup_id}`;
    let session = sessions.get(key);
    if (session === undefined) {
      makeRoom();
      session = open(place, key);
      watching ??= watch();
    }
    const mine = session;
    mine.users++;
    let held = true;
    const release = () => {
      if (!held) return;
      held = false;
      mine.users--;
      mine.used_ms = clock.monotonic_ms();
      if (mine.users === 0 && sessions.get(key) !== mine) mine.end();
    };
    try {
      return { tree: await mine.tree, release };
    } catch (error) {
      release();
      throw error;
    }
  };

  return {
    borrow,
    async use(place, work) {
      const { tree, release } = await borrow(place);
      try {
        return await work(tree);
      } finally {
        release();
      }
    },
    async close() {
      closing.abort();
      for (const session of sessions.values()) drop(session);
      await Promise.all([...all].filter(({ users }) => users === 0).map(({ ended }) => ended));
    },
  };
}
