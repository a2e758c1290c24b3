import type { ApplicationSource } from "../../model/index.ts";
import type { SourceDriver } from "./driver.ts";
import { sourceError } from "./errors.ts";
import { APPLICATION_KIND } from "./group.ts";

/** Its data are the backups of its parts; its own backup says which of them are one recovery point. */
export const applicationDriver: SourceDriver<ApplicationSource> = {
  kind: APPLICATION_KIND,
  root: (_source, workload_id) => `/${APPLICATION_KIND}/${workload_id}`,
  async open(source, { group, workload_id }) {
    if (group === undefined)
      throw sourceError("SOURCE_KIND_UNKNOWN", `application ${workload_id} was opened without its parts' backups`);
    const bytes = Buffer.from(`${JSON.stringify({ source, ...group }, null, 1)}\n`);
    return {
      kind: APPLICATION_KIND,
      root: `/${APPLICATION_KIND}/${workload_id}`,
      async *entries(context) {
        context.expect(1, bytes.length);
        yield {
          type: "file",
          path: "application.json",
          content: { kind: "bytes", bytes: [bytes] },
          attributes: { mode: 0o600 },
        };
      },
      details: async () => ({ ...group }),
    };
  },
};
