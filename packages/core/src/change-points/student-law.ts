/**
 * Student's t-law about zero, by maximum likelihood: degrees of freedom from a short list, the scale by expectation and
 * maximisation (Lange, Little, Taylor 1989, section 3).
 */
export interface StudentLaw {
  readonly degrees: number;
  /** Square of the scale. */
  readonly scale2: number;
}

const DEGREES = [2, 3, 4, 6, 10, 30];
const STEPS = 4;

/** Natural logarithm of the gamma function by Stirling's series; x above 0. */
function logGamma(x: number): number {
  let shifted = x;
  let sum = 0;
  while (shifted < 8) {
    sum -= Math.log(shifted);
    shifted++;
  }
  const series = 1 / (12 * shifted) - 1 / (360 * shifted ** 3);
  return sum + (shifted - 0.5) * Math.log(shifted) - shifted + 0.5 * Math.log(2 * Math.PI) + series;
}

const LOG_FACTORS = DEGREES.map((nu) => logGamma((nu + 1) / 2) - logGamma(nu / 2) - 0.5 * Math.log(nu * Math.PI));

/** The law of the first `count` values; `scaleStart` is a first guess of its scale. */
export function fitStudentLaw(values: Float64Array, count: number, scaleStart: number): StudentLaw {
  let best: StudentLaw = { degrees: DEGREES[0]!, scale2: scaleStart * scaleStart + 1e-8 };
  let bestFit = Number.NEGATIVE_INFINITY;
  let scale2 = best.scale2;
  for (const [index, nu] of DEGREES.entries()) {
    for (let step = 0; step < STEPS; step++) {
      let sum = 0;
      for (let i = 0; i < count; i++) {
        const square = values[i]! * values[i]!;
        sum += (square * (nu + 1)) / (nu + square / scale2);
      }
      scale2 = sum / count + 1e-10;
    }
    const fit =
      count * (LOG_FACTORS[index]! - 0.5 * Math.log(scale2)) - ((nu + 1) / 2) * sumOfLogs(values, count, nu * scale2);
    if (fit > bestFit) {
      bestFit = fit;
      best = { degrees: nu, scale2 };
    }
  }
  return best;
}

/** Sum of ln(1 + v² / width), multiplied together before the logarithm is taken. */
function sumOfLogs(values: Float64Array, count: number, width: number): number {
  let sum = 0;
  let product = 1;
  for (let i = 0; i < count; i++) {
    product *= 1 + (values[i]! * values[i]!) / width;
    if (product > 1e250) {
      sum += Math.log(product);
      product = 1;
    }
  }
  return sum + Math.log(product);
}
