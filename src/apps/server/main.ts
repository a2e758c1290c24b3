import { asHoldfastError } from "../../base/index.ts";
import { loadConfig } from "../../platform/config/index.ts";
import { createApi, listen } from "../api/index.ts";
import { runServer } from "./run-server.ts";

/** `node src/apps/server/main.ts`: the server alone, set by environment and holdfast.yaml. People use `baas up`. */
try {
  await runServer({
    config: loadConfig(),
    mountApi: async (parts) => {
      const app = await createApi({ ...parts, version: "server" });
      const { host, port } = parts.config.listen;
      return listen(app, { host, port, socket_path: parts.layout.api_socket });
    },
    onReady: ({ url, admin_token }) => {
      const token = admin_token === undefined ? "" : `admin token (shown once): ${admin_token}\n`;
      process.stdout.write(`${token}ready: ${url}\n`);
    },
  });
} catch (error) {
  const { code, message, guidance } = asHoldfastError(error);
  process.stderr.write(`${code}: ${message}\n${guidance}\n`);
  process.exitCode = 1;
}
