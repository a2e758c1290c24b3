/** Signing in with a real OpenID provider (the npm package oidc-provider) on the loopback interface. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import test, { after } from "node:test";
import { Provider } from "oidc-provider";
import { createOidc } from "../../control/access/index.ts";
import { createApi } from "./app.ts";
import { testApi } from "./testing.ts";

const api = await testApi();
const { db } = api.database;

/** What the provider knows of each account. */
const PEOPLE: Record<string, Record<string, unknown>> = {
  rahim: { email: "rahim@example.com", name: "Rahim U.", preferred_username: "rahim", groups: ["operators", "staff"] },
  karim: { email: "karim@example.com", preferred_username: "karim", groups: ["visitors"] },
  thief: { preferred_username: "admin-local", groups: ["staff"] },
};

const waiting = createServer();
await new Promise<void>((done) => waiting.listen(0, "127.0.0.1", done));
const { port } = waiting.address() as AddressInfo;
const issuer = `http://127.0.0.1:${port}`;
const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "holdfast",
      client_secret: "a-secret-of-the-client",
      redirect_uris: ["https://backup.example.com/v1/session/oidc/callback"],
    },
  ],
  claims: { openid: ["sub"], profile: ["name", "preferred_username", "groups"], email: ["email"] },
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  features: { devInteractions: { enabled: true } },
  findAccount: (_context, id) => ({ accountId: id, claims: async () => ({ sub: id, ...PEOPLE[id] }) }),
});
waiting.on("request", (request, response) => void provider.callback()(request, response));
after(() => {
  waiting.closeAllConnections();
  waiting.close();
});

const settings = {
  name: "Company",
  issuer,
  client_id: "holdfast",
  client_secret: "a-secret-of-the-client",
  public_url: "https://backup.example.com",
  scope: "openid profile email",
  groups_claim: "groups",
  required_groups: ["staff", "operators"],
};
const app = await createApi({ ...api.deps, oidc: createOidc(settings) });
after(() => app.close());

/** A browser's cookies at the provider. */
class Jar {
  readonly #cookies = new Map<string, string>();
  async ask(url: string, form?: Record<string, string>): Promise<Response> {
    const answer = await fetch(url, {
      method: form === undefined ? "GET" : "POST",
      redirect: "manual",
      headers: { cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ") },
      ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [pair = ""] = cookie.split(";");
      const at = pair.indexOf("=");
      this.#cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return answer;
  }
}

/** What a person does there: signs in, consents, and is sent back; the address they come back to. */
async function throughProvider(url: string, account: string): Promise<URL> {
  const jar = new Jar();
  let next = url;
  for (let step = 0; step < 12; step++) {
    if (next.startsWith("https://backup.example.com")) return new URL(next);
    const answer = await jar.ask(next);
    const location = answer.headers.get("location");
    if (location !== null) {
      next = new URL(location, issuer).href;
      continue;
    }
    const page = await answer.text();
    const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1] ?? "";
    const action = /action="([^"]+)"/.exec(page)?.[1] ?? "";
    const sent = await jar.ask(new URL(action, issuer).href, { prompt, login: account, password: "x" });
    next = new URL(sent.headers.get("location") ?? "", issuer).href;
  }
  throw new Error(`the provider never sent back: ${next}`);
}

async function begin(): Promise<{ readonly url: string; readonly cookie: string }> {
  const answer = await app.inject({ method: "GET", url: "/v1/session/oidc" });
  assert.equal(answer.statusCode, 302, answer.body);
  const cookie = answer.cookies.find(({ name }) => name === "baas_oidc");
  assert.ok(cookie?.httpOnly === true && cookie.sameSite === "Lax");
  return { url: String(answer.headers.location), cookie: cookie.value };
}

async function signIn(account: string) {
  const { url, cookie } = await begin();
  const back = await throughProvider(url, account);
  return app.inject({ method: "GET", url: `${back.pathname}${back.search}`, cookies: { baas_oidc: cookie } });
}

test("through the provider and back: a session, a user, and the roles of its groups", async () => {
  const { body: methods } = await app.inject({ method: "GET", url: "/v1/session/methods" });
  assert.deepEqual(JSON.parse(methods).oidc, [{ name: "Company", start_url: "/v1/session/oidc" }]);
  const grant = { subject_type: "group", subject: "operators", role: "baas.viewer" };
  assert.equal((await api.call("POST", "/v1/bindings", { body: grant })).status, 201);
  const answer = await signIn("rahim");
  assert.equal(answer.statusCode, 302, answer.body);
  assert.equal(answer.headers.location, "/");
  const session = answer.cookies.find(({ name }) => name === "baas_session");
  assert.ok(session?.httpOnly === true && session.sameSite === "Strict");
  const cookies = { baas_session: session.value };
  const seen = (await app.inject({ method: "GET", url: "/v1/session", cookies })).json();
  assert.equal(seen.method, "oidc");
  assert.equal(seen.me.name, "rahim");
  assert.equal((await app.inject({ method: "GET", url: "/v1/backups", cookies })).statusCode, 200);
  assert.equal((await app.inject({ method: "GET", url: "/v1/users", cookies })).statusCode, 403);
  const { body: user } = await api.call("GET", "/v1/users/rahim");
  assert.deepEqual([user.kind, user.groups, user.email], ["oidc", ["operators", "staff"], "rahim@example.com"]);
});

test("administrators see the provider without its secret, its groups with their roles, and whether it answers", async () => {
  const ask = (method: "GET" | "POST", url: string, token = api.admin_token) =>
    app.inject({
      method,
      url,
      headers: { authorization: `Bearer ${token}` },
      ...(method === "POST" ? { payload: {} } : {}),
    });
  const seen = (await ask("GET", "/v1/identity-providers")).json();
  const [provider] = seen.items;
  assert.deepEqual(
    [provider.name, provider.issuer, provider.has_secret],
    [settings.name, settings.issuer, settings.client_secret !== undefined],
  );
  assert.equal(provider.redirect_uri, `${settings.public_url}/v1/session/oidc/callback`);
  assert.doesNotMatch(JSON.stringify(seen), new RegExp(settings.client_secret ?? "client_secret"));
  const operators = seen.groups.find(({ name }: { name: string }) => name === "operators");
  assert.deepEqual([operators.people, operators.roles[0].role], [1, "baas.viewer"]);
  const probed = await ask("POST", "/v1/identity-providers/test");
  assert.deepEqual([probed.statusCode, probed.json().issuer], [200, settings.issuer]);
  const { body: viewer } = await api.call("POST", "/v1/tokens", { body: { name: "v", scopes: ["backups:read"] } });
  assert.equal((await ask("GET", "/v1/identity-providers", viewer.secret)).statusCode, 403);
});

test("groups are what the provider says now; who left all that may sign in is refused, and a disabled user is", async () => {
  PEOPLE["rahim"] = { ...PEOPLE["rahim"], groups: ["staff"] };
  const answer = await signIn("rahim");
  const cookies = { baas_session: answer.cookies.find(({ name }) => name === "baas_session")?.value ?? "" };
  assert.equal((await app.inject({ method: "GET", url: "/v1/backups", cookies })).statusCode, 403);
  assert.equal((await api.call("GET", "/v1/users")).body.items.length, 1, "the same user, not another one");
  assert.equal((await signIn("karim")).statusCode, 401);
  await api.call("PATCH", "/v1/users/rahim", { body: { disabled: true } });
  assert.equal((await signIn("rahim")).statusCode, 401);
});

test("a name that a local account has is not taken over", async () => {
  const body = { name: "admin-local", kind: "local", password: "correct horse battery" };
  assert.equal((await api.call("POST", "/v1/users", { body })).status, 201);
  const refused = await signIn("thief");
  assert.equal(refused.statusCode, 401);
  assert.match(refused.json().detail, /belongs to another account/);
});

test("an answer is good once, for the browser that asked, unaltered", async () => {
  const { url, cookie } = await begin();
  const back = await throughProvider(url, "karim");
  const there = `${back.pathname}${back.search}`;
  const ask = (path: string, baas_oidc: string) =>
    app.inject({ method: "GET", url: path, cookies: baas_oidc === "" ? {} : { baas_oidc } });
  assert.equal((await ask(there, "")).json().code, "API_SIGN_IN_ELSEWHERE");
  assert.equal((await ask(there, (await begin()).cookie)).statusCode, 400);
  const forged = new URLSearchParams(back.search);
  forged.set("code", "made-up");
  assert.equal((await ask(`${back.pathname}?${forged}`, cookie)).statusCode, 401);
  assert.equal((await ask(there, cookie)).statusCode, 401, "the state was used up");
});

test("a provider that does not answer is told as such; nothing but loopback goes without TLS", async () => {
  const other = createOidc({ ...settings, issuer: "http://127.0.0.1:9" });
  await assert.rejects(other.start(db, api.deps), { code: "SIGN_IN_UNAVAILABLE" });
  const plain = createOidc({ ...settings, issuer: "http://192.0.2.1" });
  await assert.rejects(plain.start(db, api.deps), { code: "SIGN_IN_UNAVAILABLE" });
});
