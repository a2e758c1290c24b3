/** The audit chain after some random operations: the short form of test/long/audit.long.ts, which makes 10,000. */
process.env["HOLDFAST_AUDIT_OPERATIONS"] ??= "150";
await import("../long/audit.long.ts");
