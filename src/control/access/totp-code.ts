import { Secret, TOTP } from "otpauth";

const STEP_MS = 30_000;

/** The time step the code is of, one to either side allowed. */
export function totpStep(secret: string, code: string, now_ms: number): number | undefined {
  const delta = totp(secret, "").validate({ token: code, timestamp: now_ms, window: 1 });
  return delta === null ? undefined : Math.floor(now_ms / STEP_MS) + delta;
}

export function totp(secret: string, label: string): TOTP {
  return new TOTP({ issuer: "Holdfast", label, secret: Secret.fromBase32(secret), digits: 6, period: STEP_MS / 1000 });
}
