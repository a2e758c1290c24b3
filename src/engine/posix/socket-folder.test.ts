import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, connect } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { socketFolder } from "./index.ts";

test("a socket in a folder with a name longer than an address is bound and reached all the same", async (t) => {
  const root = mkdtempSync(join(tmpdir(), "holdfast-socket-"));
  t.after(() => rmSync(root, { recursive: true }));
  assert.equal(socketFolder(root), root, "a short one is its own name");
  const deep = join(root, "a".repeat(100), "b".repeat(100));
  mkdirSync(deep, { recursive: true });
  const named = socketFolder(deep);
  assert.equal(socketFolder(deep), named);
  assert.notEqual(socketFolder(`${deep}x`), named);
  const server = createServer((socket) => socket.end("here"));
  server.listen(join(named, ".s.PGSQL.65535"));
  await once(server, "listening");
  t.after(() => server.close());
  assert.ok(existsSync(join(deep, ".s.PGSQL.65535")), "it lies in the folder itself");
  const [said] = (await once(connect(join(named, ".s.PGSQL.65535")), "data")) as [Buffer];
  assert.equal(said.toString(), "here");
});
