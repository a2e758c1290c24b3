import type { FastifyInstance } from "fastify";
import { identityProvidersSchema, probedProviderSchema } from "../../../protocol/index.ts";
import type { ApiDeps } from "../deps.ts";
import { apiError } from "../errors.ts";
import { addRead, addWrite } from "../route.ts";

/** Who may sign in with whom, and what the groups that a provider tells are good for. */
export function addIdentityProviderRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const base = { tag: "access", url: "/v1/identity-providers", organisation: true } as const;
  addRead(app, deps, {
    ...base,
    operation_id: "get_identity_providers",
    summary: "Identity providers as holdfast.yaml names them, and the groups that people came with",
    scope: "access:read",
    response: identityProvidersSchema,
    run: async ({ db }) => {
      const users = await db.selectFrom("users").select(["groups", "disabled_at"]).execute();
      const bound = await db
        .selectFrom("bindings")
        .leftJoin("projects", "projects.id", "bindings.project_id")
        .select(["bindings.id", "bindings.subject_id", "bindings.role", "projects.name as project_name"])
        .where("bindings.subject_type", "=", "group")
        .orderBy("bindings.role")
        .execute();
      const names = new Set([...users.flatMap((user) => user.groups), ...bound.map(({ subject_id }) => subject_id)]);
      return {
        items:
          deps.oidc === undefined
            ? []
            : [{ ...deps.oidc.settings, required_groups: [...deps.oidc.settings.required_groups] }],
        groups: [...names].sort().map((name) => ({
          name,
          people: users.filter(({ groups, disabled_at }) => disabled_at === null && groups.includes(name)).length,
          roles: bound
            .filter(({ subject_id }) => subject_id === name)
            .map(({ id, role, project_name }) => ({ binding_id: id, role, project_name })),
        })),
      };
    },
  });
  addWrite(app, deps, {
    ...base,
    url: "/v1/identity-providers/test",
    method: "POST",
    operation_id: "test_identity_provider",
    summary: "Ask the identity provider for its metadata, as a sign-in does",
    scope: "access:write",
    status: 200,
    response: probedProviderSchema,
    run: async () => {
      if (deps.oidc === undefined) throw apiError("API_ROUTE_NOT_FOUND", "no identity provider is set up here");
      return { name: deps.oidc.name, issuer: await deps.oidc.probe() };
    },
  });
}
