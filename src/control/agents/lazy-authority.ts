import type { Authority, AuthorityPorts } from "./authority.ts";

/** Opened with the first use, and kept; one that failed is tried again. */
export function lazyAuthority(ports: AuthorityPorts): () => Promise<Authority> {
  let opened: Promise<Authority> | undefined;
  return () => {
    opened ??= open(ports).catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
}

/** What makes certificates is loaded with the first one: an installation without agents starts sooner. */
async function open(ports: AuthorityPorts): Promise<Authority> {
  const { openAuthority } = await import("./certificates.ts");
  return openAuthority(ports);
}
