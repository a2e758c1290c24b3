import { after } from "node:test";
import test from "node:test";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { systemRandom as random } from "../../../base/index.ts";
import { joinGateway } from "../testing/ceph/gateway.ts";
import { gatewayMissing } from "../testing/ceph/programs.ts";
import { storeContract } from "../testing/contract.ts";
import { openS3Store } from "./store.ts";

const missing = gatewayMissing();
if (missing !== undefined) test("s3: the contract of stores", { skip: missing }, () => undefined);
else await contract();

async function contract(): Promise<void> {
  const gateway = await joinGateway();
  // Locks go by the gateway's clock, so the suite needs one that moves.
  const moved = await gateway.startMoved();
  if (moved === undefined) {
    test("s3: the contract of stores", { skip: "libfaketime is missing: package libfaketime" }, () => undefined);
    return;
  }
  after(async () => {
    await moved.stop();
    gateway.leave();
  });

  storeContract("s3", async (t, { clock, quota_bytes }) => {
    await moved.move(0);
    t.after(() => moved.move(0));
    const bucket = await gateway.bucket();
    if (quota_bytes !== undefined) await gateway.setQuota(bucket, quota_bytes);
    const config = { ...gateway.config(bucket, "some/where/"), endpoint: moved.endpoint };
    return {
      open: () => openS3Store({ config, clock, random }),
      many: 3500, // four pages
      moveService: (by_ms) => moved.move(by_ms),
      async fill(keys) {
        const rest = keys.values();
        const fill = async () => {
          for (const key of rest) {
            await gateway.client.send(
              new PutObjectCommand({ Bucket: bucket, Key: `some/where/${key}`, Body: Buffer.from("x") }),
            );
          }
        };
        await Promise.all(Array.from({ length: 32 }, fill));
      },
    };
  });
}
