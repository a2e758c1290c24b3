/** As much of the package as is used; it brings no types of its own. */
declare module "fuse-native" {
  type Answer<T> = (error: number, value?: T) => void;

  interface Stat {
    readonly mode: number;
    readonly uid: number;
    readonly gid: number;
    readonly size: number;
    readonly nlink: number;
    readonly blocks: number;
    readonly mtime: Date;
    readonly atime: Date;
    readonly ctime: Date;
  }

  interface Operations {
    getattr(path: string, answer: Answer<Stat>): void;
    readdir(path: string, answer: Answer<readonly string[]>): void;
    readlink(path: string, answer: Answer<string>): void;
    read(path: string, fd: number, into: Buffer, length: number, offset: number, answer: Answer<number>): void;
    getxattr(path: string, name: string, position: number, answer: Answer<Buffer>): void;
    listxattr(path: string, answer: Answer<readonly string[]>): void;
    statfs(path: string, answer: Answer<Readonly<Record<string, number>>>): void;
  }

  export default class Fuse {
    constructor(dir: string, operations: Operations, options: Readonly<Record<string, unknown>>);
    mount(done: (error: Error | null) => void): void;
    unmount(done: (error: Error | null) => void): void;
  }
}
