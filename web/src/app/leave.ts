import { api } from "../api/client.ts";
import { setSession } from "./session.ts";

/** Signs out. Whatever the server says: this browser is to forget it. */
export async function leave(): Promise<void> {
  await api.DELETE("/v1/session").catch(() => undefined);
  setSession({ status: "out", why: "asked" });
}
