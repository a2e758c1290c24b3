import {
  DeleteObjectCommand,
  GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import type { Clock, Random } from "../../../base/index.ts";
import type { Finding } from "../finding.ts";
import type { S3StoreConfig } from "../port.ts";
import { sha256 } from "./client.ts";
import { obeysConditions } from "./conditional.ts";
import { isForbidden, refusalOf, s3Error } from "./errors.ts";
import { quickly, type Wire } from "./requests.ts";
import { openWire } from "./store.ts";
import { head, removeVersion, versionsOf } from "./versions.ts";

const CLASSES = ["STANDARD", "STANDARD_IA", "ONEZONE_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"] as const;

/**
 * What the service itself does, past all rules of ours: asked with raw requests, as somebody else with the keys would.
 */
export async function probeService(
  config: S3StoreConfig,
  folder: string,
  options: {
    readonly clock: Clock;
    readonly random: Random;
    /** The store was seen to lock: attack its locks, too. */
    readonly locks: boolean;
    readonly lock_ms: number;
  },
): Promise<Finding[]> {
  const wire = await openWire({ config, clock: options.clock, random: options.random });
  const findings: Finding[] = [];
  const attempt = async (what: string, otherwise: Finding["verdict"], work: () => Promise<string | Finding>) => {
    try {
      const found = await work();
      findings.push(typeof found === "string" ? { what, verdict: "yes", detail: found } : found);
    } catch (error) {
      findings.push({ what, verdict: otherwise, detail: s3Error(error, what, wire.description).message });
    }
  };
  try {
    await attempt("checksum on write", "bad", () => refusesOtherBody(wire, `${folder}/other-body`));
    await attempt("conditional writes", "no", async () => {
      if (await obeysConditions(wire)) return "If-None-Match is obeyed";
      const detail = "If-None-Match is ignored; writers agree by the order of versions instead (docs/stores.md)";
      return { what: "conditional writes", verdict: "no", detail };
    });
    await attempt("versioning", "no", () => versioning(wire));
    if (options.locks) {
      await attempt("nothing locked unasked", "no", () => defaultRetention(wire));
      await attempt("COMPLIANCE against the keys", "no", () =>
        attackCompliance(wire, `${folder}/attacked`, options.lock_ms),
      );
      await attempt("GOVERNANCE bypass", "no", () => bypass(wire, `${folder}/bypassed`, options.lock_ms));
    }
    await attempt("storage classes", "no", () => storageClasses(wire, `${folder}/class`));
    return findings;
  } finally {
    wire.client.destroy();
  }
}

async function refusesOtherBody(wire: Wire, key: string): Promise<string | Finding> {
  const digest = sha256([Buffer.from("what was meant")]).toString("base64");
  const command = new PutObjectCommand({
    Bucket: wire.bucket,
    Key: wire.prefix + key,
    Body: Buffer.from("what arrived"),
    ChecksumSHA256: digest,
  });
  try {
    await quickly(wire, "writing", (abortSignal) => wire.client.send(command, { abortSignal }));
  } catch (error) {
    const name = refusalOf(error)?.name ?? "";
    if (/BadDigest|Mismatch|InvalidDigest|Checksum/i.test(name))
      return `a body with another SHA-256 is refused (${name})`;
    throw error;
  }
  await removeAll(wire, key);
  return { what: "checksum on write", verdict: "bad", detail: "a body with another SHA-256 than announced was taken" };
}

async function versioning(wire: Wire): Promise<string | Finding> {
  const answer = await quickly(wire, "asking for versioning", (abortSignal) =>
    wire.client.send(new GetBucketVersioningCommand({ Bucket: wire.bucket }), { abortSignal }),
  );
  if (answer.Status === "Enabled") return "the bucket keeps versions: whoever overwrites or deletes destroys nothing";
  const detail = `the bucket keeps no versions (${answer.Status ?? "never switched on"}): what is overwritten is gone`;
  return { what: "versioning", verdict: "no", detail };
}

/** A bucket that locks everything by itself would lock what has to be replaced: leases, claims, probes. */
async function defaultRetention(wire: Wire): Promise<string | Finding> {
  const command = new GetObjectLockConfigurationCommand({ Bucket: wire.bucket });
  const answer = await quickly(wire, "asking for the lock configuration", (abortSignal) =>
    wire.client.send(command, { abortSignal }),
  );
  const rule = answer.ObjectLockConfiguration?.Rule?.DefaultRetention;
  if (rule === undefined) return "Object Lock is on and nothing is locked unasked";
  const length = rule.Days === undefined ? `${rule.Years} years` : `${rule.Days} days`;
  const detail = `the bucket locks every object for ${length} (${rule.Mode}): leases and expired backups would stay`;
  return {
    what: "nothing locked unasked",
    verdict: "bad",
    detail: `${detail}; remove the rule, Holdfast locks what has to be`,
  };
}

async function attackCompliance(wire: Wire, key: string, lock_ms: number): Promise<string | Finding> {
  const version_id = await putLocked(wire, key, "COMPLIANCE", lock_ms);
  const attack = await attackVersion(wire, key, version_id);
  if (attack === "refused") {
    return "with these keys, bypass asked for, a version under COMPLIANCE could not be deleted";
  }
  const detail = "a version under COMPLIANCE was deleted with the bypass: this storage does not enforce locks";
  return { what: "COMPLIANCE against the keys", verdict: "bad", detail };
}

async function bypass(wire: Wire, key: string, lock_ms: number): Promise<string | Finding> {
  const version_id = await putLocked(wire, key, "GOVERNANCE", lock_ms);
  const attack = await attackVersion(wire, key, version_id);
  if (attack === "deleted") return "these keys may lift GOVERNANCE locks (s3:BypassGovernanceRetention)";
  const detail = "these keys may not lift GOVERNANCE locks; turning one into COMPLIANCE needs that, too";
  return { what: "GOVERNANCE bypass", verdict: "no", detail };
}

async function putLocked(
  wire: Wire,
  key: string,
  mode: "GOVERNANCE" | "COMPLIANCE",
  lock_ms: number,
): Promise<string | undefined> {
  const body = Buffer.from("locked\n");
  const command = new PutObjectCommand({
    Bucket: wire.bucket,
    Key: wire.prefix + key,
    Body: body,
    ChecksumSHA256: sha256([body]).toString("base64"),
    ObjectLockMode: mode,
    ObjectLockRetainUntilDate: new Date(wire.clock.now_ms() + lock_ms),
  });
  const answer = await quickly(wire, "locking", (abortSignal) => wire.client.send(command, { abortSignal }));
  if ((await head(wire, key, answer.VersionId))?.lock?.mode === mode) return answer.VersionId;
  await removeAll(wire, key);
  throw new Error(`the ${mode} lock asked for was passed over`);
}

async function attackVersion(wire: Wire, key: string, version_id: string | undefined): Promise<"refused" | "deleted"> {
  const command = new DeleteObjectCommand({
    Bucket: wire.bucket,
    Key: wire.prefix + key,
    ...(version_id === undefined ? {} : { VersionId: version_id }),
    BypassGovernanceRetention: true,
  });
  try {
    await quickly(wire, "deleting", (abortSignal) => wire.client.send(command, { abortSignal }));
  } catch (error) {
    if (isForbidden(error)) return "refused";
    throw error;
  }
  return "deleted";
}

async function storageClasses(wire: Wire, key: string): Promise<string> {
  const taken: string[] = [];
  for (const storage_class of CLASSES) {
    const body = Buffer.from("x");
    const command = new PutObjectCommand({
      Bucket: wire.bucket,
      Key: wire.prefix + key,
      Body: body,
      ChecksumSHA256: sha256([body]).toString("base64"),
      StorageClass: storage_class,
    });
    try {
      await quickly(wire, "writing", (abortSignal) => wire.client.send(command, { abortSignal }));
      taken.push(storage_class);
    } catch (error) {
      const status = refusalOf(error)?.status;
      if (status === undefined || status >= 500) throw error; // no answer is no "no"
    }
  }
  await removeAll(wire, key);
  return taken.join(", ");
}

/** Every version of what the probe has written. */
async function removeAll(wire: Wire, key: string): Promise<void> {
  const { versions, markers } = await versionsOf(wire, key, "cleaning up");
  for (const { version_id } of [...versions, ...markers]) await removeVersion(wire, key, version_id);
}
