/** A collector of the test's own: OTLP over HTTP, read by its protocol's field numbers alone. */
import { createServer } from "node:http";
import { gunzipSync } from "node:zlib";

export interface ReceivedSpan {
  readonly trace_id: string;
  readonly span_id: string;
  readonly parent_id: string;
  readonly name: string;
  readonly start_ns: bigint;
  readonly end_ns: bigint;
  readonly attributes: Readonly<Record<string, string>>;
  /** 2: an error. */
  readonly status: number;
  /** Of what sent it. */
  readonly resource: Readonly<Record<string, string>>;
}

export interface Collector {
  readonly url: string;
  readonly spans: ReceivedSpan[];
  readonly headers: Readonly<Record<string, unknown>>[];
  close(): Promise<void>;
}

export async function startCollector(answer: () => number = () => 200): Promise<Collector> {
  const spans: ReceivedSpan[] = [];
  const headers: Record<string, unknown>[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const status = answer();
      response.writeHead(status, { "content-type": "application/x-protobuf" }).end();
      headers.push({ ...request.headers, path: request.url });
      const body = Buffer.concat(parts);
      if (status === 200) {
        spans.push(...readRequest(request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body));
      }
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/v1/traces`,
    spans,
    headers,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

/** ExportTraceServiceRequest: resource_spans 1 { resource 1 { attributes 1 }, scope_spans 2 { spans 2 } }. */
function readRequest(bytes: Buffer): ReceivedSpan[] {
  return parts(bytes, 1).flatMap((resource_spans) => {
    const resource = attributesOf(parts(resource_spans, 1)[0] ?? Buffer.alloc(0), 1);
    return parts(resource_spans, 2).flatMap((scope) => parts(scope, 2).map((span) => readSpan(span, resource)));
  });
}

/**
 * Span: trace_id 1, span_id 2, parent_span_id 4, name 5, start 7, end 8 (fixed64), attributes 9, status 15 { code 3 }.
 */
function readSpan(bytes: Buffer, resource: Readonly<Record<string, string>>): ReceivedSpan {
  const hex = (field: number) => (parts(bytes, field)[0] ?? Buffer.alloc(0)).toString("hex");
  const fixed = (field: number) => parts(bytes, field)[0]?.readBigUInt64LE() ?? 0n;
  return {
    trace_id: hex(1),
    span_id: hex(2),
    parent_id: hex(4),
    name: (parts(bytes, 5)[0] ?? "").toString(),
    start_ns: fixed(7),
    end_ns: fixed(8),
    attributes: attributesOf(bytes, 9),
    status: Number(varints(parts(bytes, 15)[0] ?? Buffer.alloc(0), 3)[0] ?? 0n),
    resource,
  };
}

/** KeyValue: key 1, value 2 { string 1, bool 2, int 3, double 4 }. */
function attributesOf(bytes: Buffer, field: number): Record<string, string> {
  return Object.fromEntries(
    parts(bytes, field).map((pair) => {
      const value = parts(pair, 2)[0] ?? Buffer.alloc(0);
      const text = parts(value, 1)[0]?.toString();
      return [String(parts(pair, 1)[0]), text ?? String(varints(value, 3)[0] ?? varints(value, 2)[0] ?? "")];
    }),
  );
}

const parts = (bytes: Buffer, field: number) =>
  fields(bytes).flatMap(([number, value]) => (number === field && Buffer.isBuffer(value) ? [value] : []));
const varints = (bytes: Buffer, field: number) =>
  fields(bytes).flatMap(([number, value]) => (number === field && typeof value === "bigint" ? [value] : []));

/** Protocol Buffers' wire format: varints as numbers, everything else as bytes. */
function fields(bytes: Buffer): [number: number, value: Buffer | bigint][] {
  const found: [number, Buffer | bigint][] = [];
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes.readUInt8(at++);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const take = (length: number) => {
    if (at + length > bytes.length) throw new Error("a field goes beyond its message");
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const [field, type] = [tag >> 3, tag & 7];
    if (type === 0) found.push([field, varint()]);
    else if (type === 1) found.push([field, take(8)]);
    else if (type === 2) found.push([field, take(Number(varint()))]);
    else if (type === 5) found.push([field, take(4)]);
    else throw new Error(`no such wire type: ${type}`);
  }
  return found;
}
