import assert from "node:assert/strict";
import { execFile, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect as connectTo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { promisify } from "node:util";
import fc from "fast-check";
import {
  diskExtents,
  fileExport,
  NbdClient,
  type NbdExport,
  NbdServer,
  type NbdServerOptions,
  OverlayDisk,
} from "./index.ts";

const run = promisify(execFile);
const tools = ["nbdinfo", "nbdcopy", "qemu-img", "qemu-nbd", "qemu-io"];
const skip = tools.every((tool) => {
  try {
    return execFileSync("which", [tool]).length > 0;
  } catch {
    return false;
  }
})
  ? false
  : "needs libnbd-bin and qemu-utils";

const MIB = 1024 * 1024;
/** Data, a hole, data, and an odd end. */
const bytes = Buffer.concat([randomBytes(3 * MIB), Buffer.alloc(2 * MIB), randomBytes(MIB + 512)]);
const disk = fileExport(
  "disk0",
  {
    size: bytes.length,
    read: async (offset, length) => bytes.subarray(offset, offset + length),
    *stretches() {
      yield { offset: 0, length: 3 * MIB, hole: false };
      yield { offset: 3 * MIB, length: 2 * MIB, hole: true };
      yield { offset: 5 * MIB, length: MIB + 512, hole: false };
    },
  },
  "the disk of a test",
);

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "holdfast-nbd-"));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

async function serve(t: TestContext, exported: NbdExport, more: Partial<NbdServerOptions> = {}) {
  const path = join(folder(t), "sock");
  const server = await NbdServer.listen({
    listen: { path },
    names: () => [exported.name],
    find: (name) => (name === exported.name ? exported : undefined),
    ...more,
  });
  t.after(() => server.close());
  return { server, path, uri: `nbd+unix:///${exported.name}?socket=${path}` };
}

test("outside clients read our server's disk, its holes included", { skip }, async (t) => {
  const { uri, path } = await serve(t, disk);
  const { stdout } = await run("nbdinfo", ["--json", "--map", uri]);
  assert.deepEqual(
    (JSON.parse(stdout) as { offset: number; length: number; type: number }[]).map((e) => [e.offset, e.length, e.type]),
    [
      [0, 3 * MIB, 0],
      [3 * MIB, 2 * MIB, 3],
      [5 * MIB, MIB + 512, 0],
    ],
  );
  const about = JSON.parse((await run("nbdinfo", ["--json", "--list", uri.replace("disk0", "")])).stdout);
  assert.equal(about.exports[0]["export-name"], "disk0");
  assert.equal(about.exports[0]["export-size"], bytes.length);
  assert.equal(about.exports[0]["is_read_only"], true);
  const copy = join(folder(t), "copy");
  await run("nbdcopy", [uri, copy]);
  assert.ok(readFileSync(copy).equals(bytes));
  await run("nbdinfo", ["--can", "df", uri]);
  await run("qemu-img", ["compare", "-f", "raw", "-F", "raw", `nbd+unix:///disk0?socket=${path}`, copy]);
  await assert.rejects(run("qemu-io", ["-f", "raw", "-c", "write 0 512", uri]), /read-only|Read-only|Permission/);
  await assert.rejects(run("nbdinfo", [uri.replace("disk0", "other")]), /No such file or directory for export/);
});

test("our client reads what qemu-nbd exports, with holes and many requests under way", { skip }, async (t) => {
  const home = folder(t);
  const path = join(home, "sock");
  writeFileSync(join(home, "raw"), bytes);
  await run("qemu-img", ["convert", "-f", "raw", "-O", "qcow2", join(home, "raw"), join(home, "q.qcow2")]);
  const child = spawn("qemu-nbd", ["-t", "-e", "4", "-x", "q", "-k", path, "-f", "qcow2", join(home, "q.qcow2")]);
  t.after(() => child.kill());
  const client = await patiently(() =>
    NbdClient.connect({ address: { path }, export_name: "q", contexts: ["base:allocation", "qemu:none"] }),
  );
  t.after(() => client.close());
  assert.deepEqual(client.contexts, ["base:allocation"]);
  assert.equal(client.size_bytes, bytes.length);
  const reads = Array.from({ length: 97 }, (_, i) =>
    client.read(i * 65_536, Math.min(65_536, bytes.length - i * 65_536)),
  );
  assert.ok(Buffer.concat(await Promise.all(reads)).equals(bytes));
  const extents: [number, number, number][] = [];
  for await (const { offset, length, flags } of diskExtents(client, ["base:allocation"]))
    extents.push([offset, length, flags[0] as number]);
  assert.deepEqual(extents, [
    [0, 3 * MIB, 0],
    [3 * MIB, 2 * MIB, 3],
    [5 * MIB, MIB + 512, 0],
  ]);
  const patch = randomBytes(100_000);
  await client.write(777, patch);
  await client.writeZeroes(MIB, 65_536);
  await client.flush();
  assert.ok((await client.read(777, patch.length)).equals(patch));
  assert.ok((await client.read(MIB, 65_536)).equals(Buffer.alloc(65_536)));
  await assert.rejects(client.read(bytes.length, 512), { code: "NBD_IO" });
  await assert.rejects(NbdClient.connect({ address: { path }, export_name: "none" }), { code: "NBD_REFUSED" });
});

async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let i = 0; ; i++) {
    try {
      return await work();
    } catch (error) {
      if (i > 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

test("writes on an overlay are kept over a restart, and never reach what lies below", { skip }, async (t) => {
  const home = folder(t);
  const before = Buffer.from(bytes);
  const overlay = await OverlayDisk.open(home, disk, "bkp_1");
  const { uri, server } = await serve(t, overlay);
  const io = (...commands: string[]) => run("qemu-io", ["-f", "raw", ...commands.flatMap((c) => ["-c", c]), uri]);
  await io("write -P 0xab 1000 3000", "write -P 0xcd 3m 512", "write -z 64k 128k", "discard 5m 64k", "flush");
  await io("write -f -P 0x11 6m 512");
  await server.close();
  await overlay.close();
  const again = await OverlayDisk.open(home, disk, "bkp_1");
  t.after(() => again.close());
  const expected = Buffer.from(bytes);
  expected.fill(0xab, 1000, 4000);
  expected.fill(0xcd, 3 * MIB, 3 * MIB + 512);
  expected.fill(0, 65_536, 3 * 65_536);
  expected.fill(0, 5 * MIB, 5 * MIB + 65_536);
  expected.fill(0x11, 6 * MIB, 6 * MIB + 512);
  const second = await serve(t, again);
  const copy = join(home, "copy");
  await run("nbdcopy", [second.uri, copy]);
  assert.ok(readFileSync(copy).equals(expected));
  assert.ok(bytes.equals(before));
  await assert.rejects(OverlayDisk.open(home, disk, "bkp_2"), { code: "NBD_OVERLAY_FOREIGN" });
});

test("with TLS nothing is told in clear, and only certified clients get in", { skip }, async (t) => {
  const home = folder(t);
  const ssl = (...args: string[]) => execFileSync("openssl", args, { cwd: home, stdio: "pipe" });
  ssl(
    ..."req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca-key.pem -out ca-cert.pem -days 2 -subj /CN=ca".split(
      " ",
    ),
  );
  for (const side of ["server", "client"]) {
    ssl(
      ...`req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ${side}-key.pem -out ${side}.csr -subj /CN=localhost`.split(
        " ",
      ),
    );
    ssl(
      ...`x509 -req -in ${side}.csr -CA ca-cert.pem -CAkey ca-key.pem -CAcreateserial -out ${side}-cert.pem -days 2`.split(
        " ",
      ),
    );
  }
  const pem = (name: string) => readFileSync(join(home, name), "utf8");
  const ca = pem("ca-cert.pem");
  const { server } = await serve(t, disk, {
    listen: { host: "127.0.0.1", port: 0 },
    tls: { cert: pem("server-cert.pem"), key: pem("server-key.pem"), ca },
  });
  const address = { host: "127.0.0.1", port: server.port };
  const client = await NbdClient.connect({
    address,
    export_name: "disk0",
    tls: { ca, cert: pem("client-cert.pem"), key: pem("client-key.pem"), server_name: "localhost" },
  });
  assert.ok((await client.read(0, MIB)).equals(bytes.subarray(0, MIB)));
  await client.close();
  await assert.rejects(NbdClient.connect({ address, export_name: "disk0" }), { code: "NBD_TLS_REFUSED" });
  const uncertified = NbdClient.connect({ address, export_name: "disk0", tls: { ca } });
  await assert.rejects(uncertified, (error: { code: string }) => /NBD_(CLOSED|TLS_REFUSED)/.test(error.code));
  const copy = join(home, "copy");
  await run("qemu-img", [
    "convert",
    "-O",
    "raw",
    "--object",
    `tls-creds-x509,id=t,dir=${home},endpoint=client`,
    "--image-opts",
    `driver=nbd,host=127.0.0.1,port=${server.port},export=disk0,tls-creds=t,tls-hostname=localhost`,
    copy,
  ]);
  assert.ok(readFileSync(copy).equals(bytes));
  const plain = await serve(t, disk);
  const asked = NbdClient.connect({ address: { path: plain.path }, export_name: "disk0", tls: { ca } });
  await assert.rejects(asked, { code: "NBD_TLS_REFUSED" });
});

test("whatever a client sends, the server goes on serving the others", async (t) => {
  const { path } = await serve(t, disk);
  const hello = Buffer.from([0, 0, 0, 3]);
  const opt = (number: number, data: Buffer) => {
    const head = Buffer.alloc(16);
    head.write("IHAVEOPT");
    head.writeUInt32BE(number, 8);
    head.writeUInt32BE(data.length, 12);
    return Buffer.concat([head, data]);
  };
  const go = opt(7, Buffer.concat([Buffer.from([0, 0, 0, 5]), Buffer.from("disk0"), Buffer.from([0, 0])]));
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 60 }), { maxLength: 4 }),
      fc.constantFrom("raw", "options", "requests"),
      fc.nat(12),
      async (noise, phase, number) => {
        const blob = Buffer.concat(noise);
        const request = Buffer.concat([Buffer.from([0x25, 0x60, 0x95, 0x13, 0, 0, 0, number]), blob]);
        const parts = {
          raw: [blob],
          options: [hello, opt(number, blob), opt(10, blob)],
          requests: [hello, go, request],
        }[phase];
        await new Promise<void>((resolve) => {
          const socket = connectTo(path, () => socket.end(Buffer.concat(parts)));
          socket.resume();
          socket.on("error", () => resolve());
          socket.on("close", () => resolve());
        });
      },
    ),
    { numRuns: 150 },
  );
  const client = await NbdClient.connect({ address: { path }, export_name: "disk0" });
  assert.ok((await client.read(0, 4096)).equals(bytes.subarray(0, 4096)));
  await client.close();
});

test("whatever a server sends, the client ends with a clear error, and in time", async (t) => {
  const home = folder(t);
  let answer: Buffer = Buffer.alloc(0);
  const server: Server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.on("data", () => undefined);
    socket.write(answer);
  });
  const path = join(home, "sock");
  await new Promise<void>((resolve) => server.listen(path, resolve));
  t.after(() => server.close());
  const connect = () => NbdClient.connect({ address: { path }, export_name: "x", timeout_ms: 150 });
  const magic = Buffer.concat([Buffer.from("NBDMAGICIHAVEOPT"), Buffer.from([0, 3])]);
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.boolean(), async (noise, well) => {
      answer = Buffer.concat([well ? magic : Buffer.alloc(0), Buffer.from(noise)]);
      await assert.rejects(connect(), (error: { code: string }) => error.code.startsWith("NBD_"));
    }),
    { numRuns: 12 },
  );
  answer = Buffer.alloc(0);
  await assert.rejects(connect(), { code: "NBD_TIMEOUT" });
  await assert.rejects(NbdClient.connect({ address: { path: join(home, "none") }, export_name: "x" }), {
    code: "NBD_UNREACHABLE",
  });
});
