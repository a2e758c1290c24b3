import { errorCatalogue } from "../../base/index.ts";

export const bucketsError = errorCatalogue({
  BUCKET_NOT_CONTINUOUS: {
    fault: "user",
    retry: "never",
    guidance: "Name a workload whose source is a bucket with `continuous` in it.",
    http: 409,
  },
  BUCKET_TARGET_SHARED: {
    fault: "user",
    retry: "later",
    guidance: "Name a bucket of its own for each workload: two would overwrite each other's keys.",
    status_reason: "TargetNotWritable",
    http: 409,
  },
  BUCKET_EVENTS_UNKNOWN: {
    fault: "user",
    retry: "never",
    guidance: "Make the address for a bucket's events: `baas workload bucket-events NAME`. A new one ends the old one.",
    http: 404,
  },
  BUCKET_EVENTS_UNREADABLE: {
    fault: "user",
    retry: "never",
    guidance: 'Send events of S3 as JSON, `{"Records": […]}`, as the bucket\'s service writes them.',
    http: 400,
  },
});
