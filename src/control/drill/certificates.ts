import { X509Certificate } from "node:crypto";
import { opendir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { counted } from "../../base/index.ts";
import type { DrillValidation } from "../../model/index.ts";

const NAMES = /\.(pem|crt|cer|cert)$/i;
const FILE_BYTES_MAX = 64 * 1024;
const FILES_MAX = 5000;
const PROBLEMS_MAX = 50;
const DAY_MS = 86_400_000;
/** Long enough to get a new one without haste. */
const SOON_DAYS = 30;
const PEM = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/**
 * Certificates among what was restored that have run out, or will soon: what is brought back in earnest would not be
 * spoken to. That is no fault of the backup, so the check passes, and says so. Those of authorities are left out.
 */
export async function checkCertificates(dir: string, now_ms: number, signal: AbortSignal): Promise<DrillValidation> {
  const problems: string[] = [];
  let [files, certificates] = [0, 0];
  const folders = [dir];
  for (let folder = folders.pop(); folder !== undefined && files < FILES_MAX; folder = folders.pop()) {
    for await (const entry of await opendir(folder)) {
      signal.throwIfAborted();
      const path = join(folder, entry.name);
      if (entry.isDirectory()) folders.push(path);
      if (!entry.isFile() || !NAMES.test(entry.name) || (await stat(path)).size > FILE_BYTES_MAX) continue;
      files++;
      for (const certificate of read(await readFile(path))) {
        certificates++;
        const left_days = Math.floor((certificate.validToDate.getTime() - now_ms) / DAY_MS);
        if (certificate.ca || left_days >= SOON_DAYS || problems.length >= PROBLEMS_MAX) continue;
        const until = certificate.validToDate.toISOString().slice(0, 10);
        const when = left_days < 0 ? `ran out on ${until}` : `runs out on ${until}, in ${counted(left_days, "day")}`;
        problems.push(`${path} (${certificate.subject.replaceAll("\n", ", ")}) ${when}`);
      }
    }
  }
  return {
    name: "certificates",
    passed: true,
    detail: `${certificates} in ${counted(files, "file")} looked at`,
    problems,
  };
}

/** PEM, one or several, or DER; what is neither is none of ours. */
function read(content: Buffer): X509Certificate[] {
  const texts = content.toString("latin1").match(PEM) ?? [];
  return [...texts, ...(texts.length === 0 ? [content] : [])].flatMap((text) => {
    try {
      return [new X509Certificate(text)];
    } catch {
      return [];
    }
  });
}
