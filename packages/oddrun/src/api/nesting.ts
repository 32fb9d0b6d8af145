const QUOTE = 34;
const BACKSLASH = 92;

/**
 * Whether JSON text nests deeper than `depthMax`, told from its bytes without building anything: parsing a megabyte of
 * brackets takes a third of a second, this a few milliseconds. Text that is not JSON may get either answer.
 */
export function nestsDeeperThan(bytes: Uint8Array, depthMax: number): boolean {
  let depth = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      for (at++; at < bytes.length && bytes[at] !== QUOTE; at++) if (bytes[at] === BACKSLASH) at++;
    } else if (byte === 0x5b || byte === 0x7b) {
      if (++depth > depthMax) return true;
    } else if (byte === 0x5d || byte === 0x7d) depth--;
  }
  return false;
}

/** The same for a parsed value. Its own stack: recursion is what deep input overflows. */
export function isDeeperThan(value: unknown, depthMax: number): boolean {
  const open: { readonly value: unknown; readonly depth: number }[] = [{ value, depth: 1 }];
  for (let item = open.pop(); item !== undefined; item = open.pop()) {
    if (typeof item.value !== "object" || item.value === null) continue;
    if (item.depth > depthMax) return true;
    for (const inner of Object.values(item.value)) {
      if (typeof inner === "object" && inner !== null) open.push({ value: inner, depth: item.depth + 1 });
    }
  }
  return false;
}
