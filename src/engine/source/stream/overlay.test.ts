import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { type Change, overlay } from "./index.ts";

const BLOCK = 64;
const PAGE = 16;

/** What the parts come to, checked as a backup checks them: unchanged stretches begin and end at blocks. */
async function assembled(parent: Buffer | null, same_name: boolean, size: number, changes: readonly Change[]) {
  const out: Buffer[] = [];
  let [at, read] = [0, 0];
  const parts = overlay({
    parent:
      parent === null
        ? null
        : {
            size: async () => parent.length,
            read: async (_path, offset, length) => {
              read += length;
              return Buffer.from(parent.subarray(offset, offset + length));
            },
          },
    path: "a",
    parent_path: same_name ? "a" : "b",
    size: () => size,
    block_bytes: BLOCK,
    changes: (async function* () {
      yield* changes;
    })(),
  });
  for await (const part of parts) {
    if (part.kind !== "data") assert.equal(at % BLOCK, 0, `${part.kind} within a block`);
    if (part.kind === "unchanged") {
      const end = at + part.length;
      assert.ok(same_name && parent !== null && end <= parent.length);
      assert.ok(end % BLOCK === 0 || (end === parent.length && end === size), "unchanged ends within a block");
      out.push(Buffer.from(parent.subarray(at, end)));
    } else out.push(part.kind === "hole" ? Buffer.alloc(part.length) : Buffer.from(part.bytes));
    at += (out.at(-1) as Buffer).length;
  }
  return { bytes: Buffer.concat(out), read };
}

test("a file is its parent's with the changes laid over it, whatever grew, shrank or was renamed", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.option(fc.integer({ min: 0, max: 20 }), { nil: null }),
      fc.boolean(),
      fc.integer({ min: 0, max: 25 }),
      fc.uniqueArray(fc.integer({ min: 0, max: 24 }), { maxLength: 12 }),
      async (parent_pages, same_name, pages, changed) => {
        const parent = parent_pages === null ? null : Buffer.alloc(parent_pages * PAGE, "p");
        const numbers = changed.filter((page) => page < pages).sort((a, b) => a - b);
        const changes = numbers.map((page) => ({ offset: page * PAGE, bytes: Buffer.alloc(PAGE, 65 + page) }));
        const expected = Buffer.alloc(pages * PAGE);
        parent?.copy(expected);
        for (const { offset, bytes } of changes) bytes.copy(expected, offset);
        const { bytes } = await assembled(parent, same_name, pages * PAGE, changes);
        assert.deepEqual(bytes, expected);
      },
    ),
    { numRuns: 300 },
  );
});

test("blocks that nothing touched are not read", async () => {
  const parent = Buffer.alloc(100 * BLOCK, "p");
  const { read } = await assembled(parent, true, parent.length, [{ offset: 50 * BLOCK, bytes: Buffer.alloc(PAGE) }]);
  assert.equal(read, BLOCK);
});
