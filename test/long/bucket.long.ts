/** The story of src/control/recover/bucket.test.ts with more keys than a page of a listing has. */
import test from "node:test";
import { bucketStory } from "../../src/control/recover/testing/bucket-story.ts";
import { gatewayMissing } from "../../src/engine/store/testing/ceph/programs.ts";
import { testDatabases } from "../../src/platform/db/testing.ts";

const databases = testDatabases();

test("a bucket with versions on several pages", { skip: gatewayMissing() }, (t) => bucketStory(t, databases, 520));
