import {
  PutBucketNotificationConfigurationCommand,
  GetBucketNotificationConfigurationCommand,
} from "@aws-sdk/client-s3";
import * as z from "zod";
import { type Clock, HoldfastError } from "../../../base/index.ts";
import { BucketClient, type BucketPlace } from "./client.ts";
import { bucketError } from "./errors.ts";

const recordsSchema = z.object({
  Records: z
    .array(
      z.object({
        eventSource: z.string().default(""),
        s3: z.object({ bucket: z.object({ name: z.string() }), object: z.object({ key: z.string() }) }),
      }),
    )
    .max(10_000),
});
/** How Amazon's SNS wraps what it passes on. */
const wrappedSchema = z.object({ Type: z.literal("Notification"), Message: z.string() });

/**
 * The keys of a bucket that a message of its service names. A message is a hint where to look, and is believed nothing
 * else. @returns `undefined` for what is no such message
 */
export function keysTold(body: unknown, bucket: string): readonly string[] | undefined {
  const wrapped = wrappedSchema.safeParse(body);
  if (wrapped.success) return keysTold(parsed(wrapped.data.Message), bucket);
  const told = recordsSchema.safeParse(body);
  if (!told.success) return undefined;
  const own = told.data.Records.filter(({ s3 }) => s3.bucket.name === bucket);
  return [...new Set(own.map(({ eventSource, s3 }) => decoded(s3.object.key, eventSource)))];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // no message of a service's
  }
}

/** Ceph writes keys as they are, all others as in a form. */
function decoded(key: string, source: string): string {
  if (source === "ceph:s3") return key;
  try {
    return decodeURIComponent(key.replaceAll("+", "%20"));
  } catch {
    return key; // written as it is after all
  }
}

const EVENTS = ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"] as const;
const TOPIC_MS = 30_000;

/**
 * Has a bucket's service push what happens to it to an address: a topic is made, and added to the bucket's
 * configuration beside what others have there. Bears being repeated. Tried on Ceph's gateway.
 * @throws BUCKET_EVENTS_UNSUPPORTED, BUCKET_UNREACHABLE, BUCKET_DENIED
 */
export async function pushEvents(
  place: BucketPlace,
  { name, url }: { readonly name: string; readonly url: string },
  clock: Clock,
): Promise<{ readonly topic: string }> {
  const bucket = await BucketClient.open(place, clock);
  try {
    const topic = await makeTopic(bucket, place, name, url);
    const { client, bucket: Bucket } = bucket;
    const there = await bucket.call(() => client.send(new GetBucketNotificationConfigurationCommand({ Bucket })));
    const others = (there.TopicConfigurations ?? []).filter(({ Id }) => Id !== name);
    const TopicConfigurations = [...others, { Id: name, TopicArn: topic, Events: [...EVENTS] }];
    const NotificationConfiguration = {
      TopicConfigurations,
      ...(there.QueueConfigurations === undefined ? {} : { QueueConfigurations: there.QueueConfigurations }),
      ...(there.LambdaFunctionConfigurations === undefined
        ? {}
        : { LambdaFunctionConfigurations: there.LambdaFunctionConfigurations }),
    };
    const request = { Bucket, NotificationConfiguration };
    await bucket.call(() => client.send(new PutBucketNotificationConfigurationCommand(request)));
    return { topic };
  } catch (error) {
    if (error instanceof HoldfastError) throw error;
    const message = `${place.bucket}: ${(error as Error).name}: ${(error as Error).message}`;
    throw bucketError("BUCKET_EVENTS_UNSUPPORTED", message, { bucket: place.bucket }, error);
  } finally {
    bucket.close();
  }
}

/** By the gateway's own SNS: the SDK for S3 signs the request. */
async function makeTopic(bucket: BucketClient, place: BucketPlace, name: string, url: string): Promise<string> {
  if (place.endpoint === undefined)
    throw bucketError(
      "BUCKET_EVENTS_UNSUPPORTED",
      `${place.bucket} is in Amazon's S3, whose notifications are set up there`,
    );
  const { protocol, hostname, port, host, pathname } = new URL(place.endpoint);
  const fields = {
    Action: "CreateTopic",
    Version: "2010-03-31",
    Name: name,
    "Attributes.entry.1.key": "push-endpoint",
    "Attributes.entry.1.value": url,
  };
  const body = new URLSearchParams(fields).toString();
  const headers = {
    host,
    "content-type": "application/x-www-form-urlencoded",
    "content-length": String(Buffer.byteLength(body)),
  };
  const { signer, requestHandler, region } = bucket.client.config;
  const of = { method: "POST", protocol, hostname, path: pathname, query: {}, headers, body };
  const request = { ...of, ...(port === "" ? {} : { port: Number(port) }), clone: () => request } as never;
  const { sign } = await signer().then((it) => ({ sign: it.sign.bind(it) }));
  const signed = await sign(request, { signingService: "s3", signingRegion: await region() });
  const { response } = await bucket.call(() =>
    requestHandler.handle(signed as never, { requestTimeout: TOPIC_MS } as never),
  );
  const pieces: Buffer[] = [];
  for await (const piece of response.body as AsyncIterable<Buffer>) pieces.push(piece);
  const text = Buffer.concat(pieces).toString();
  const topic = /<TopicArn>([^<]+)<\/TopicArn>/.exec(text)?.[1];
  if (response.statusCode === 200 && topic !== undefined) return topic;
  const code = /<Code>([^<]+)<\/Code>/.exec(text)?.[1] ?? `status ${response.statusCode}`;
  const message = `${place.endpoint} makes no topic: ${code}`;
  throw bucketError("BUCKET_EVENTS_UNSUPPORTED", message, { bucket: place.bucket });
}
