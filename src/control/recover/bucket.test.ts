import test from "node:test";
import { gatewayMissing } from "../../engine/store/testing/ceph/programs.ts";
import { testDatabases } from "../../platform/db/testing.ts";
import { bucketStory } from "./testing/bucket-story.ts";

const databases = testDatabases();

test("a bucket with versions, as of any time", { skip: gatewayMissing() }, (t) => bucketStory(t, databases, 20));
