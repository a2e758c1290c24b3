import { errorCatalogue } from "../../../base/index.ts";

export const bucketError = errorCatalogue({
  BUCKET_UNREACHABLE: {
    fault: "operational",
    retry: "later",
    guidance: "Check the bucket's name, the endpoint, and that the service answers from this host.",
    status_reason: "SourceUnreachable",
  },
  BUCKET_DENIED: {
    fault: "operational",
    retry: "later",
    guidance:
      "The credentials need s3:GetBucketVersioning, s3:ListBucketVersions, s3:GetObjectVersion and s3:GetObjectVersionTagging; to restore, s3:PutObject.",
    status_reason: "SourceUnreachable",
  },
  BUCKET_OBJECT_UNREADABLE: {
    fault: "operational",
    retry: "later",
    guidance: "The version went away, or could not be read, while the backup was made. The next backup tries again.",
  },
  BUCKET_TARGET_TAKEN: {
    fault: "user",
    retry: "never",
    guidance: "Name a bucket that does not exist yet, or is empty; over the bucket itself: --in-place.",
    http: 409,
  },
  REPLICA_KEEPS_NO_VERSIONS: {
    fault: "user",
    retry: "later",
    guidance: "Turn versions on in the bucket that is replicated to, or name another one.",
    status_reason: "TargetNotWritable",
    http: 409,
  },
  BUCKET_EVENTS_UNSUPPORTED: {
    fault: "user",
    retry: "never",
    guidance:
      "Have the service push its events to the address by its own means; without any, the bucket's listing is compared as often as `every_seconds` says.",
    http: 409,
  },
  BUCKET_TIME_OUTSIDE: {
    fault: "user",
    retry: "never",
    guidance: "Choose a backup that was made at that time or later.",
    http: 400,
  },
});
