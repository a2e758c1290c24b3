import type { NbdExport } from "./export.ts";

/** PEM texts. With `ca`, only clients with a certificate of it are let in. */
export interface ServerTls {
  readonly cert: string;
  readonly key: string;
  readonly ca?: string;
}

export interface NbdServerOptions {
  /** A unix socket (mode 0600, an old one of that name is replaced), or an address; port 0 takes a free one. */
  readonly listen: { readonly path: string } | { readonly host: string; readonly port: number };
  /** Names there are, for clients that ask for a list. */
  readonly names: () => readonly string[];
  readonly find: (name: string) => NbdExport | undefined;
  /** Nothing is told without it when given. */
  readonly tls?: ServerTls;
  /** What ends a connection against the protocol, for the log. */
  readonly onProblem?: (error: unknown) => void;
}
