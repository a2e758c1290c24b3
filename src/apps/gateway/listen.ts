import { createSecureContext } from "node:tls";
import type { Server } from "node:https";
import { asHoldfastError } from "../../base/index.ts";
import { createGateway, type GatewayPorts } from "./app.ts";

export interface Gateway {
  /** e.g. `https://10.0.0.5:7443` */
  readonly url: string;
  close(): Promise<void>;
}

/** The address's certificate is renewed long before its 90 days are over. */
const RENEW_MS = 20 * 86_400_000;

/** Listens for agents, with a certificate of the installation's own authority. @throws when the address is taken */
export async function startGateway(
  ports: GatewayPorts,
  address: { readonly host: string; readonly port: number },
): Promise<Gateway> {
  const authority = await ports.authority();
  const first = await authority.issueServer();
  const app = createGateway(ports, { ...first, authority: authority.certificate });
  const url = await app.listen(address);
  const stopping = new AbortController();
  const renewing = (async () => {
    while (!stopping.signal.aborted) {
      await ports.clock.sleep(RENEW_MS, stopping.signal).catch(() => undefined); // stopped
      if (stopping.signal.aborted) return;
      try {
        const { key, certificate } = await authority.issueServer();
        const ca = authority.certificate;
        const context = { key, cert: `${certificate}\n${ca}`, ca, minVersion: "TLSv1.3" as const };
        createSecureContext(context); // throws here and not in the server
        (app.server as unknown as Server).setSecureContext(context);
      } catch (error) {
        ports.log.error({ error: asHoldfastError(error) }, "the address for agents keeps its old certificate for now");
      }
    }
  })();
  return {
    url,
    async close() {
      stopping.abort(new Error("stopping"));
      await app.close();
      await renewing;
    },
  };
}
