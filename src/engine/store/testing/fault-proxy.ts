import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import type { TestContext } from "node:test";

/**
 * What happens to one connection, decided when it opens.
 *
 * - `reset`: the connection breaks off after so many bytes from the service.
 * - `cut`: it ends in good order after so many bytes of the answer's body.
 * - `stall`: after so many bytes of the body nothing comes any more.
 * - `flip`: one byte of the body becomes another.
 * - `busy`: the answer is 503 SlowDown, with the request passed to nobody.
 * - `lost`: the request reaches the service, the answer does not come back.
 */
export type Trouble =
  | { readonly kind: "reset" | "cut" | "stall" | "flip"; readonly after_bytes: number }
  | { readonly kind: "busy" }
  | { readonly kind: "lost" };

export interface FaultProxy {
  readonly endpoint: string;
  /** The next requests whose first line matches meet trouble, one each. */
  plan(request: RegExp, ...troubles: readonly Trouble[]): void;
  /** First lines of all requests, in order of arrival. */
  readonly requests: readonly string[];
}

const BUSY_BODY = "<Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>";

/** A proxy of the loopback between a store and its service that makes a network go wrong where it is told to. */
export async function faultProxy(t: TestContext, service: string): Promise<FaultProxy> {
  const target = new URL(service);
  const plans: { readonly request: RegExp; readonly troubles: Trouble[] }[] = [];
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const troubleOf = (line: string): Trouble | undefined => {
    requests.push(line);
    return plans.find(({ request, troubles }) => troubles.length > 0 && request.test(line))?.troubles.shift();
  };
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    let trouble: Trouble | undefined;
    client.on("data", (piece) => {
      const line = /^(?:GET|PUT|POST|HEAD|DELETE) \S+/.exec(piece.toString("latin1", 0, 2000))?.[0];
      if (line !== undefined) trouble = troubleOf(line);
      if (trouble?.kind === "busy") {
        const head = `HTTP/1.1 503 Slow Down\r\nContent-Length: ${BUSY_BODY.length}\r\nConnection: close\r\n\r\n`;
        client.end(head + BUSY_BODY);
      } else upstream.write(piece);
    });
    let body_bytes = -1;
    upstream.on("data", (piece) => {
      if (trouble === undefined) return void client.write(piece);
      if (trouble.kind === "lost") return void client.resetAndDestroy();
      if (trouble.kind === "busy") return;
      // Where the body begins, in the first piece of the answer.
      const from = body_bytes < 0 ? piece.indexOf("\r\n\r\n") + 4 : 0;
      if (body_bytes < 0) body_bytes = 0;
      const at = from + trouble.after_bytes - body_bytes;
      body_bytes += piece.byteLength - from;
      if (at >= piece.byteLength) return void client.write(piece);
      if (trouble.kind === "flip") {
        const other = Buffer.from(piece);
        other[at] = (other[at] as number) ^ 1;
        trouble = undefined;
        return void client.write(other);
      }
      client.write(piece.subarray(0, at));
      if (trouble.kind === "reset") client.resetAndDestroy();
      if (trouble.kind === "cut") client.end();
      upstream.pause();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    plan: (request, ...troubles) => plans.push({ request, troubles: [...troubles] }),
    requests,
  };
}
