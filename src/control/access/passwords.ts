import { argon2, timingSafeEqual } from "node:crypto";
import type { Argon2Parameters } from "node:crypto";
import type { Random } from "../../base/index.ts";
import { accessError } from "./errors.ts";

/** OWASP's first choice for argon2id: 19 MiB, two passes, one lane; about 30 ms here. */
const MEMORY_KIB = 19 * 1024;
const PASSES = 2;
const LANES = 1;
const TAG_BYTES = 32;
const SALT_BYTES = 16;
const PASSWORD_CHARS_MIN = 12;
const PASSWORD_CHARS_MAX = 256;
/** Each takes 19 MiB while it runs: whoever guesses must not fill the memory. */
const RUNNING_MAX = 4;
const WAITING_MAX = 64;

const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/** argon2id as a PHC string. @throws USER_INVALID for a password too short or too long */
export async function hashPassword(password: string, random: Random): Promise<string> {
  if (password.length < PASSWORD_CHARS_MIN || password.length > PASSWORD_CHARS_MAX) {
    throw accessError("USER_INVALID", `a password has ${PASSWORD_CHARS_MIN} to ${PASSWORD_CHARS_MAX} characters`);
  }
  const salt = random.bytes(SALT_BYTES);
  const tag = await derive(password, { salt, memory: MEMORY_KIB, passes: PASSES, lanes: LANES });
  return `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=${LANES}$${unpadded(salt)}$${unpadded(tag)}`;
}

/** Takes as long for a user that does not exist, or has no password: `hash` is null then, and the answer is no. */
export async function checkPassword(password: string, hash: string | null): Promise<boolean> {
  const match = PHC.exec(hash ?? "");
  if (password.length > PASSWORD_CHARS_MAX) return false;
  if (match === null) {
    await derive(password, { salt: Buffer.alloc(SALT_BYTES), memory: MEMORY_KIB, passes: PASSES, lanes: LANES });
    return false;
  }
  const [, memory, passes, lanes, salt = "", tag = ""] = match;
  const wanted = Buffer.from(tag, "base64");
  const found = await derive(password, {
    salt: Buffer.from(salt, "base64"),
    memory: Number(memory),
    passes: Number(passes),
    lanes: Number(lanes),
  });
  return wanted.length === found.length && timingSafeEqual(wanted, found);
}

interface Cost {
  readonly salt: Buffer;
  readonly memory: number;
  readonly passes: number;
  readonly lanes: number;
}

let running = 0;
const waiting: (() => void)[] = [];

async function derive(password: string, { salt, memory, passes, lanes }: Cost): Promise<Buffer> {
  if (running >= RUNNING_MAX) {
    if (waiting.length >= WAITING_MAX) throw accessError("SIGN_IN_BUSY", "too many sign-ins at once");
    await new Promise<void>((resolve) => waiting.push(resolve)); // whoever ends hands its place on
  } else running++;
  try {
    const parameters: Argon2Parameters = {
      message: Buffer.from(password.normalize("NFKC")),
      nonce: salt,
      parallelism: lanes,
      tagLength: TAG_BYTES,
      memory,
      passes,
    };
    return await new Promise<Buffer>((resolve, reject) =>
      argon2("argon2id", parameters, (error, tag) => (error === null ? resolve(tag) : reject(error))),
    );
  } finally {
    const next = waiting.shift();
    if (next === undefined) running--;
    else next();
  }
}

function unpadded(bytes: Buffer): string {
  return bytes.toString("base64").replaceAll("=", "");
}
