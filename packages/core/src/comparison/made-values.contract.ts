import { seededRandom } from "../random/index.ts";

/** Values of the normal law, the same for the same seed (Box, Muller 1958). */
export function streamOfNormals(seed: number, count: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
    return radius * Math.cos(2 * Math.PI * random.next());
  });
}
