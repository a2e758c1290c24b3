import type { paths } from "../../../src/apps/cli/generated/api-types.ts";

/** What a GET of this path answers. */
export type Answer<P extends keyof paths> = paths[P] extends {
  get: { responses: { 200: { content: { "application/json": infer Body } } } };
}
  ? Body
  : never;
/** An item of a list. */
export type ItemOf<P extends keyof paths> = Answer<P> extends { items: readonly (infer Item)[] } ? Item : never;
/** What a POST of this path answers: its plan, where a dry run has one; else what it accepted. */
export type PostAnswer<P extends keyof paths> = paths[P] extends {
  post: { responses: { 200: { content: { "application/json": infer Body } } } };
}
  ? Body
  : paths[P] extends { post: { responses: { 202: { content: { "application/json": infer Accepted } } } } }
    ? Accepted
    : never;
/** What a POST of this path takes. */
export type PostBody<P extends keyof paths> = paths[P] extends {
  post: { requestBody?: { content: { "application/json": infer Body } } };
}
  ? Body
  : never;

export type Workload = ItemOf<"/v1/workloads">;
export type Backup = ItemOf<"/v1/backups">;
export type BackupDetail = Answer<"/v1/backups/{id}">;
export type Copy = ItemOf<"/v1/copies">;
export type Job = ItemOf<"/v1/jobs">;
export type JobDetail = Answer<"/v1/jobs/{id}">;
export type Policy = ItemOf<"/v1/policies">;
export type Attachment = ItemOf<"/v1/attachments">;
export type Region = ItemOf<"/v1/regions">;
export type Restore = ItemOf<"/v1/restores">;
export type Alert = ItemOf<"/v1/alerts">;
export type AlertDetail = Answer<"/v1/alerts/{id}">;
export type Overview = Answer<"/v1/overview">;
export type WorkloadCoverage = Answer<"/v1/coverage">["workloads"][number];
export type PolicyPreview = Answer<"/v1/policies/{id}/preview">;
export type RestoreRequest = PostBody<"/v1/restores">;

/** What a restore would do: the answer to a dry run. */
export type RestorePlan = PostAnswer<"/v1/restores">;
/** How long it will probably take, and the thaw before it; null figures when nothing like it was drilled. */
export type RestoreForecast = NonNullable<RestorePlan["forecast"]>;
