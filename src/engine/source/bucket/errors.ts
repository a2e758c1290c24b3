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
  BUCKET_TIME_OUTSIDE: {
    fault: "user",
    retry: "never",
    guidance: "Choose a backup that was made at that time or later.",
    http: 400,
  },
});
