/** Bytes of a text of ASCII characters. */
export function asciiBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let place = 0; place < text.length; place++) bytes[place] = text.charCodeAt(place);
  return bytes;
}

/** The text of ASCII bytes; null when there is any other byte. */
export function asciiText(bytes: Uint8Array): string | null {
  for (let place = 0; place < bytes.length; place++) if (bytes[place]! > 0x7e) return null;
  const pieces: string[] = [];
  const chunk = 8192;
  for (let start = 0; start < bytes.length; start += chunk) {
    pieces.push(String.fromCharCode(...bytes.subarray(start, start + chunk)));
  }
  return pieces.join("");
}

/**
 * JSON with two spaces of indent and a final newline, every character beyond ASCII escaped, keys in the order they are
 * given in.
 */
export function asciiJson(value: unknown): string {
  const json = JSON.stringify(value, null, 2);
  const escaped = json.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return `${escaped}\n`;
}
