/** Passkeys in a real browser, whose authenticator is Chromium's own virtual one: no library of ours answers for it. */
import assert from "node:assert/strict";
import test, { after } from "node:test";
import { Secret, TOTP } from "otpauth";
import type { CDPSession, Page } from "playwright-core";
import { openStage } from "./stage.ts";

const stage = await openStage();
after(() => stage.close());
const PASSWORD = "correct horse battery staple";
/** Passkeys belong to a host name; an IP address has none. */
const site = stage.url.replace("127.0.0.1", "localhost");
await stage.call("POST", "/v1/users", { name: "rahim", password: PASSWORD });
await stage.call("POST", "/v1/bindings", { subject_type: "user", subject: "rahim", role: "baas.viewer" });

async function authenticator(page: Page): Promise<{ cdp: CDPSession; id: string }> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  const { authenticatorId: id } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return { cdp, id };
}

const fillPassword = async (page: Page, name = "rahim") => {
  await page.getByText("Password", { exact: true }).first().click();
  await page.getByRole("textbox", { name: "Name" }).fill(name);
  await page.getByRole("textbox", { name: "Password" }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
};
const signOut = async (page: Page) => {
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByText("Password", { exact: true }).first().click();
};
const method = (page: Page) => page.evaluate("fetch('/v1/session').then((it) => it.json()).then((it) => it.method)");
const remove = async (page: Page) => {
  await page.getByRole("button", { name: "Remove phone" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Your password" }).fill(PASSWORD);
  await dialog.getByRole("button", { name: "Remove", exact: true }).click();
  return dialog;
};

test("a passkey: added, after the password, alone, replayed, copied, removed; and what the audit log says of it", async () => {
  const page = await stage.open("/", { token: null });
  const { cdp, id } = await authenticator(page);
  await page.goto(`${site}/account`);
  await fillPassword(page);
  await page.getByRole("button", { name: "Add a passkey" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Name of the passkey" }).fill("phone");
  await dialog.getByRole("textbox", { name: "Your password" }).fill("not my password at all");
  await dialog.getByRole("button", { name: "Add a passkey" }).click();
  await dialog.getByText(/the password is wrong/).waitFor();
  await dialog.getByRole("textbox", { name: "Your password" }).fill(PASSWORD);
  await dialog.getByRole("button", { name: "Add a passkey" }).click();
  await page.getByRole("cell", { name: "phone", exact: true }).waitFor();
  assert.equal((await cdp.send("WebAuthn.getCredentials", { authenticatorId: id })).credentials.length, 1);

  // This session knew a password and no more: it cannot take the last second factor away.
  const refused = await remove(page);
  await refused.getByText(/last second factor/).waitFor();
  await page.keyboard.press("Escape");

  // The password alone opens nothing any more.
  await signOut(page);
  await fillPassword(page);
  await page.getByText("Confirm with a passkey of your account.").waitFor();
  assert.equal(await method(page), undefined);
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await page.getByRole("cell", { name: "phone", exact: true }).waitFor();
  assert.equal(await method(page), "password+passkey");

  await signOut(page);
  const asking = page.waitForRequest((request) => request.url().endsWith("/v1/session/passkey"));
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await page.getByRole("cell", { name: "phone", exact: true }).waitFor();
  assert.equal(await method(page), "passkey");
  const replayed = await fetch(`${site}/v1/session/passkey`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: (await asking).postData() ?? "",
  });
  assert.equal(replayed.status, 401);

  // A copy of the key, made before it was last used: its counter runs backwards.
  await signOut(page);
  const [credential] = (await cdp.send("WebAuthn.getCredentials", { authenticatorId: id })).credentials;
  if (credential === undefined) throw new Error("the authenticator lost the key");
  await cdp.send("WebAuthn.clearCredentials", { authenticatorId: id });
  await cdp.send("WebAuthn.addCredential", { authenticatorId: id, credential: { ...credential, signCount: 0 } });
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await page.getByRole("alert").waitFor();
  assert.equal(await method(page), undefined);
  await cdp.send("WebAuthn.clearCredentials", { authenticatorId: id });
  await cdp.send("WebAuthn.addCredential", { authenticatorId: id, credential });

  // An authenticator that did not verify who holds it is not enough either. What was said before is gone with the page.
  await page.reload();
  await page.getByText("Password", { exact: true }).first().click();
  await cdp.send("WebAuthn.setUserVerified", { authenticatorId: id, isUserVerified: false });
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await page.getByRole("alert").waitFor();
  await cdp.send("WebAuthn.setUserVerified", { authenticatorId: id, isUserVerified: true });

  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await page.getByRole("cell", { name: "phone", exact: true }).waitFor();
  await remove(page);
  await page.getByText("No passkey yet.").waitFor();
  await signOut(page);
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await page.getByRole("alert").waitFor();
  await fillPassword(page);
  await page.getByText("No passkey yet.").waitFor();
  assert.deepEqual(page.problems, []);
  await page.context().close();

  const entries = (await stage.call("GET", "/v1/audit?page_size=200&filter=actor%3Drahim")).items as {
    action: string;
    outcome: string;
  }[];
  const told = new Set(entries.map(({ action, outcome }) => `${action} ${outcome}`));
  for (const wanted of ["add_passkey DONE", "remove_passkey REFUSED", "remove_passkey DONE", "sign_in_passkey DONE"])
    assert.ok(told.has(wanted), `${wanted} in ${[...told].join(", ")}`);
  const all = JSON.stringify(await stage.call("GET", "/v1/audit?page_size=200"));
  assert.ok(!all.includes(credential.credentialId) && !all.includes("clientDataJSON"));
});

test("an authenticator app: set up with the key on the page, asked for at the next sign-in, taken away", async () => {
  await stage.call("POST", "/v1/users", { name: "karima", password: PASSWORD });
  await stage.call("POST", "/v1/bindings", { subject_type: "user", subject: "karima", role: "baas.viewer" });
  const page = await stage.open("/", { token: null });
  await page.goto(`${site}/account`);
  await fillPassword(page, "karima");
  await page.getByRole("button", { name: "Set up an authenticator app" }).click();
  const dialog = page.getByRole("dialog");
  const password = dialog.getByRole("textbox", { name: "Your password" });
  await password.fill("not my password at all");
  await dialog.getByRole("button", { name: "Next" }).click();
  await dialog.getByText(/the password is wrong/).waitFor();
  await password.fill(PASSWORD);
  await dialog.getByRole("button", { name: "Next" }).click();
  const key = (await dialog.locator("code").textContent()) ?? "";
  assert.match(key, /^([A-Z2-7]{4} ){7}[A-Z2-7]{4}$/);
  const app = new TOTP({ secret: Secret.fromBase32(key.replaceAll(" ", "")) });
  const link = new URL((await dialog.getByRole("link", { name: /in an app/ }).getAttribute("href")) ?? "");
  assert.equal(link.searchParams.get("secret"), key.replaceAll(" ", ""));
  const code = dialog.getByRole("textbox", { name: "Code" });
  await code.fill("000000");
  await dialog.getByRole("button", { name: "Confirm" }).click();
  await dialog.getByText(/not the code/).waitFor();
  await code.fill(app.generate());
  await dialog.getByRole("button", { name: "Confirm" }).click();
  await page.getByRole("button", { name: "Set up anew" }).waitFor();

  // This session knew a password and no more.
  const remove = async () => {
    await page.getByRole("button", { name: "Remove the authenticator app" }).click();
    await dialog.getByRole("textbox", { name: "Your password" }).fill(PASSWORD);
    await dialog.getByRole("button", { name: "Remove", exact: true }).click();
  };
  await remove();
  await dialog.getByText(/last second factor/).waitFor();
  await page.keyboard.press("Escape");

  await signOut(page);
  await fillPassword(page, "karima");
  // The code that confirmed it is used up: the next one.
  await page.getByRole("textbox", { name: /code/i }).fill(app.generate({ timestamp: Date.now() + 30_000 }));
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("button", { name: "Set up anew" }).waitFor();
  assert.equal(await method(page), "password+totp");
  await remove();
  await page.getByRole("button", { name: "Set up an authenticator app" }).waitFor();
  await signOut(page);
  await fillPassword(page, "karima");
  await page.getByRole("button", { name: "Set up an authenticator app" }).waitFor();
  assert.deepEqual(page.problems, []);
  await page.context().close();
});
