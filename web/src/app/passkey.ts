import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from "@simplewebauthn/browser";
import { browserSupportsWebAuthn, startAuthentication, startRegistration } from "@simplewebauthn/browser";
import { api, newKey, take } from "../api/client.ts";

/** Can this browser use passkeys at this address? */
export function knowsPasskeys(): boolean {
  return browserSupportsWebAuthn() && !/^[\d.]+$|^\[/.test(window.location.hostname);
}

/** Signs in, alone or after a password. */
export async function signInWithPasskey(after: string | null) {
  const body = after === null ? {} : { challenge: after };
  const { challenge, options } = await take(api.POST("/v1/session/passkey/options", { body }));
  const optionsJSON = options as unknown as PublicKeyCredentialRequestOptionsJSON;
  const credential = await startAuthentication({ optionsJSON });
  return take(api.POST("/v1/session/passkey", { body: { challenge: challenge ?? "", credential: { ...credential } } }));
}

/** Makes one on this device, or on one that the browser reaches. */
export async function makePasskey(name: string, password: string) {
  const params = { header: newKey() };
  const { challenge, options } = await take(api.POST("/v1/me/passkeys/options", { params, body: { password } }));
  const optionsJSON = options as unknown as PublicKeyCredentialCreationOptionsJSON;
  const credential = await startRegistration({ optionsJSON });
  const body = { challenge: challenge ?? "", name, credential: { ...credential } };
  return take(api.POST("/v1/me/passkeys", { params: { header: newKey() }, body }));
}
