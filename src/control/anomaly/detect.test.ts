import assert from "node:assert/strict";
import test from "node:test";
import { detect } from "./index.ts";
import type { Shape } from "./index.ts";

test("growth, media that never compressed, and a first backup are nothing unusual; mass deletion is", () => {
  const MB = 1024 * 1024;
  const day = (more: Partial<Shape> = {}): Shape => ({
    source_bytes: 100 * MB,
    new_bytes: MB,
    stored_bytes: MB / 3,
    file_count: 1000,
    ...more,
  });
  const full = day({ new_bytes: 100 * MB, stored_bytes: 33 * MB });
  const usual = [full, day(), day(), day()];
  assert.equal(detect(full, []), null);
  assert.equal(detect(day(), usual), null);
  assert.equal(
    detect(day({ source_bytes: 180 * MB, new_bytes: 81 * MB, stored_bytes: 27 * MB }), usual),
    null,
    "much is new, and compresses",
  );
  assert.equal(detect(day({ new_bytes: 10 * MB, stored_bytes: 10 * MB }), usual), null, "a few films");
  assert.equal(detect(day({ new_bytes: 60 * MB, stored_bytes: 60 * MB }), usual)?.kind, "encryption");
  assert.equal(detect(day({ file_count: 400 }), usual)?.kind, "mass_deletion");
  assert.equal(detect(day({ source_bytes: 20 * MB }), usual)?.kind, "mass_deletion");
  const films = usual.map((shape) => ({ ...shape, stored_bytes: shape.new_bytes }));
  assert.equal(detect(day({ new_bytes: 60 * MB, stored_bytes: 60 * MB }), films), null);
  assert.equal(detect(day({ new_bytes: 95 * MB, stored_bytes: 95 * MB }), films)?.kind, "encryption");
});
