/**
 * Logarithm and power by +, -, *, / alone. IEEE 754 fixes the result of those to the last bit, while Math.log and
 * Math.pow may differ between engines, their versions and a WebAssembly kernel: a model and its scores must not.
 */

/** Natural logarithm of a finite number of at least 1; within 2 units in the last place. */
export function naturalLog(value: number): number {
  let mantissa = value;
  let exponent = 0;
  while (mantissa > Math.SQRT2) {
    mantissa /= 2;
    exponent++;
  }
  // ln m = 2 artanh((m - 1) / (m + 1)); the ratio is below 0.172, so its 21st power no longer shows.
  const ratio = (mantissa - 1) / (mantissa + 1);
  const square = ratio * ratio;
  let series = 0;
  for (let power = 23; power >= 1; power -= 2) series = series * square + 1 / power;
  return exponent * Math.LN2 + 2 * ratio * series;
}

const EXPONENT_MAX = 63;
const negativePowers = new Float64Array(EXPONENT_MAX + 1);
negativePowers[0] = 1;
for (let k = 1; k <= EXPONENT_MAX; k++) negativePowers[k] = negativePowers[k - 1]! / 2;

/** 2 to the power -x, for x from 0 to 63; within 2 units in the last place. */
export function negativePowerOfTwo(x: number): number {
  const whole = Math.floor(x + 0.5);
  // e^y by its Taylor series; |y| is at most 0.3466, so the 15th term no longer shows.
  const y = (whole - x) * Math.LN2;
  let series = 1 / 87178291200;
  series = series * y + 1 / 6227020800;
  series = series * y + 1 / 479001600;
  series = series * y + 1 / 39916800;
  series = series * y + 1 / 3628800;
  series = series * y + 1 / 362880;
  series = series * y + 1 / 40320;
  series = series * y + 1 / 5040;
  series = series * y + 1 / 720;
  series = series * y + 1 / 120;
  series = series * y + 1 / 24;
  series = series * y + 1 / 6;
  series = series * y + 1 / 2;
  series = series * y + 1;
  return (series * y + 1) * negativePowers[whole]!;
}
