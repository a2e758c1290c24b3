/** Where a server listens, and how its exports are reached. */
export interface NbdAddress {
  /** A unix socket's path, or host and port. */
  readonly address: { readonly path: string } | { readonly host: string; readonly port: number };
  readonly export_name: string;
  /** Nothing but the upgrade is spoken before it; a refusal ends the connection. PEM texts. */
  readonly tls?: {
    readonly ca: string;
    readonly cert?: string;
    readonly key?: string;
    readonly server_name?: string;
  };
}

export interface NbdClientOptions extends NbdAddress {
  /** Asked for in this order, e.g. `base:allocation`, `qemu:dirty-bitmap:NAME`. */
  readonly contexts?: readonly string[];
  /** How long the other side may stay silent while it owes an answer. */
  readonly timeout_ms?: number;
  readonly signal?: AbortSignal;
}

/** A stretch of one context, as the server describes it. */
export interface StatusExtent {
  readonly length: number;
  readonly flags: number;
}
