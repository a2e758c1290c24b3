import { constants } from "node:fs";
import { link, mkdir, open, rename, unlink } from "node:fs/promises";

/**
 * Every change the filesystem store makes to its folder goes through this port, so that crash tests can fail any of
 * them, cut writes short, or forget what was not made durable. Methods reject with the operating system's errors.
 */
export interface FileIo {
  /** Creates a new file; EEXIST when the name is taken. Never follows a link. */
  create(path: string): Promise<WritableFile>;
  /** EEXIST when `to` exists: the atomic "put unless present". */
  link(from: string, to: string): Promise<void>;
  /** Replaces `to` when it exists: atomic, but blind to what it replaces. */
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  mkdir(path: string): Promise<void>;
  /** Makes the names in a folder durable. */
  syncFolder(path: string): Promise<void>;
}

export interface WritableFile {
  /** Appends; may write fewer bytes than given, as the system call may. Returns how many. */
  write(parts: readonly Uint8Array[]): Promise<number>;
  /** Makes the content and the size durable. After an error the file must be given up, not synced again. */
  datasync(): Promise<void>;
  close(): Promise<void>;
}

const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
const CREATE_FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

export const nodeFileIo: FileIo = {
  async create(path) {
    const handle = await open(path, CREATE_FLAGS, FILE_MODE);
    return {
      async write(parts) {
        const [first] = parts;
        if (parts.length === 1 && first !== undefined) return (await handle.write(first)).bytesWritten;
        return (await handle.writev(parts)).bytesWritten;
      },
      datasync: () => handle.datasync(),
      close: () => handle.close(),
    };
  },
  link,
  rename,
  unlink,
  mkdir: async (path) => {
    await mkdir(path, { mode: FOLDER_MODE });
  },
  async syncFolder(path) {
    const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
};
