/** Numbers that look random and are the same for the same seed, on every machine. */
export interface SeededRandom {
  /** Uniform in [0, 1), with 53 bits. */
  next(): number;
  /** Uniform in 0 .. below - 1, without bias; `below` is a whole number from 1 to 2^32. */
  integer(below: number): number;
}

const TWO_32 = 0x1_0000_0000;
const TWO_53 = 0x20_0000_0000_0000;
const WARM_UP_ROUNDS = 12;

/**
 * Chris Doty-Humphrey's sfc32 (PractRand), its state filled by splitmix32 from a whole seed of 0 .. 2^53 - 1; different
 * seeds give different states. Only 32-bit integer arithmetic is used, so no engine can differ.
 */
export function seededRandom(seed: number): SeededRandom {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(`The seed must be a whole number from 0 to ${Number.MAX_SAFE_INTEGER}; it is ${seed}.`);
  }
  let mixed = seed | 0;
  const mix = (): number => {
    mixed = (mixed + 0x9e3779b9) | 0;
    let word = mixed ^ (mixed >>> 16);
    word = Math.imul(word, 0x21f0aaad);
    word ^= word >>> 15;
    word = Math.imul(word, 0x735a2d97);
    return word ^ (word >>> 15);
  };
  let a = mix();
  let b = mix();
  mixed ^= Math.floor(seed / TWO_32);
  let c = mix();
  let counter = mix();

  const word = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return sum >>> 0;
  };
  for (let round = 0; round < WARM_UP_ROUNDS; round++) word();

  return {
    next: () => ((word() >>> 5) * 0x4000000 + (word() >>> 6)) / TWO_53,
    integer(below) {
      if (!Number.isInteger(below) || below < 1 || below > TWO_32) {
        throw new RangeError(`integer(below) takes a whole number from 1 to 2^32; it got ${below}.`);
      }
      // Words past the last whole multiple of `below` would favour the small results: draw again.
      const limit = TWO_32 - (TWO_32 % below);
      let drawn = word();
      while (drawn >= limit) drawn = word();
      return drawn % below;
    },
  };
}
