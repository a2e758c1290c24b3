/** A process that changes a bucket: gets changes from its parent, answers when the service has taken them all. */
import { DeleteObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import type { Change, WriterWork } from "./writers.ts";

const TOGETHER = 32;

let client: S3Client | undefined;

process.on("message", (work: WriterWork) => {
  void run(work).then(
    () => process.send?.({}),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.on("disconnect", () => process.exit(0));

async function run({ bucket: Bucket, endpoint, credentials, changes }: WriterWork): Promise<void> {
  client ??= new S3Client({
    endpoint,
    region: "us-east-1",
    forcePathStyle: true,
    credentials,
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
  const s3 = client;
  const left = changes[Symbol.iterator]();
  const one = async () => {
    for (let next = left.next(); next.done !== true; next = left.next()) {
      const [Key, Body] = next.value as Change;
      if (Body === null) await s3.send(new DeleteObjectCommand({ Bucket, Key }));
      else await s3.send(new PutObjectCommand({ Bucket, Key, Body }));
    }
  };
  await Promise.all(Array.from({ length: TOGETHER }, one));
}
