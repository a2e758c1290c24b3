// The chunker's inner loop, in AssemblyScript. `src/engine/chunk/plain.ts` is its twin and must give the same cuts;
// docs/format.md states the rule both follow. The host supplies the memory: 256 gear values from address 0 on, the slab
// behind the first 64 KiB. Addresses are trusted: the host has checked them.

/** Bytes a 32 bit gear hash remembers: each step shifts the oldest one out by one bit. */
const WINDOW_BYTES: u32 = 32;

/**
 * Length of the chunk that starts at `start`, or 0 when `available` bytes do not decide it.
 * `strict` and `loose` are the exclusive upper limits of a cutting hash before and from `avg` on.
 */
export function cut(start: usize, available: u32, min: u32, avg: u32, max: u32, strict: u32, loose: u32): u32 {
  if (available < min) return 0;
  let h: u32 = 0;
  let p: usize = start + min - WINDOW_BYTES;
  let end: usize = start + min - 1;
  for (; p < end; p++) h = (h << 1) + load<u32>((<usize>load<u8>(p)) << 2);

  end = start + (available < avg - 1 ? available : avg - 1);
  while (p + 8 <= end) {
    h = (h << 1) + load<u32>((<usize>load<u8>(p, 0)) << 2);
    if (h < strict) return <u32>(p - start) + 1;
    h = (h << 1) + load<u32>((<usize>load<u8>(p, 1)) << 2);
    if (h < strict) return <u32>(p - start) + 2;
    h = (h << 1) + load<u32>((<usize>load<u8>(p, 2)) << 2);
    if (h < strict) return <u32>(p - start) + 3;
    h = (h << 1) + load<u32>((<usize>load<u8>(p, 3)) << 2);
    if (h < strict) return <u32>(p - start) + 4;
    h = (h << 1) + load<u32>((<usize>load<u8>(p, 4)) << 2);
    if (h < strict) return <u32>(p - start) + 5;
    h = (h << 1) + load<u32>((<usize>load<u8>(p, 5)) << 2);
    if (h < strict) return <u32>(p - start) + 6;
    h = (h << 1) + load<u32>((<usize>load<u8>(p, 6)) << 2);
    if (h < strict) return <u32>(p - start) + 7;
    h = (h << 1) + load<u32>((<usize>load<u8>(p, 7)) << 2);
    if (h < strict) return <u32>(p - start) + 8;
    p += 8;
  }
  for (; p < end; p++) {
    h = (h << 1) + load<u32>((<usize>load<u8>(p)) << 2);
    if (h < strict) return <u32>(p - start) + 1;
  }

  end = start + (available < max - 1 ? available : max - 1);
  while (p + 8 <= end) {
    h = (h << 1) + load<u32>((<usize>load<u8>(p, 0)) << 2);
    if (h < loose) return <u32>(p - start) + 1;
    h = (h << 1) + load<u32>((<usize>load<u8>(p, 1)) << 2);
    if (h < loose) return <u32>(p - start) + 2;
    h = (h << 1) + load<u32>((<usize>load<u8>(p, 2)) << 2);
    if (h < loose) return <u32>(p - start) + 3;
    h = (h << 1) + load<u32>((<usize>load<u8>(p, 3)) << 2);
    if (h < loose) return <u32>(p - start) + 4;
    h = (h << 1) + load<u32>((<usize>load<u8>(p, 4)) << 2);
    if (h < loose) return <u32>(p - start) + 5;
    h = (h << 1) + load<u32>((<usize>load<u8>(p, 5)) << 2);
    if (h < loose) return <u32>(p - start) + 6;
    h = (h << 1) + load<u32>((<usize>load<u8>(p, 6)) << 2);
    if (h < loose) return <u32>(p - start) + 7;
    h = (h << 1) + load<u32>((<usize>load<u8>(p, 7)) << 2);
    if (h < loose) return <u32>(p - start) + 8;
    p += 8;
  }
  for (; p < end; p++) {
    h = (h << 1) + load<u32>((<usize>load<u8>(p)) << 2);
    if (h < loose) return <u32>(p - start) + 1;
  }
  return available >= max ? max : 0;
}

/** 1 when `length` bytes from `start` on are all zero. */
export function isZero(start: usize, length: u32): u32 {
  let p: usize = start;
  const end: usize = start + length;
  while (p + 64 <= end) {
    const low = v128.or(v128.load(p, 0), v128.load(p, 16));
    const high = v128.or(v128.load(p, 32), v128.load(p, 48));
    if (v128.any_true(v128.or(low, high))) return 0;
    p += 64;
  }
  for (; p < end; p++) if (load<u8>(p)) return 0;
  return 1;
}
