/** A whole number with a comma between thousands, "34,210". What the language offers for it loads a library of 70 ms first. */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, ",");
}
