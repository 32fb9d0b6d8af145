import { type HindsightVerdict, sureness } from "@oddrun/core";

/** One alert with what it turned out to be. */
export interface JudgedAlert {
  readonly set: string;
  readonly measure: "level" | "failure";
  readonly score: number;
  readonly verdict: HindsightVerdict;
}

export interface SurenessFit {
  readonly measure: "level" | "failure";
  readonly alerts: number;
  readonly intercept: number;
  readonly slope: number;
  /** By thirds of the score: what sureness says and what was real, with the settings in use. */
  readonly thirds: readonly { readonly count: number; readonly said: number; readonly real: number }[];
}

const STEPS = 50;
/** A slope is pulled towards none as if by this many alerts: the score tells little. */
const RIDGE = 1;

/** Logistic regression of "real" on ln score, by Newton's steps. */
export function fitSureness(alerts: readonly JudgedAlert[], measure: "level" | "failure"): SurenessFit {
  const own = alerts
    .filter((alert) => alert.measure === measure && alert.verdict !== "not-yet")
    .sort((one, other) => one.score - other.score);
  let intercept = 0;
  let slope = 0;
  for (let step = 0; step < STEPS; step++) {
    let [g0, g1, h00, h01, h11] = [0, -RIDGE * slope, 1e-9, 0, RIDGE];
    for (const { score, verdict } of own) {
      const x = Math.log(score);
      const p = 1 / (1 + Math.exp(-(intercept + slope * x)));
      const error = (verdict === "real" ? 1 : 0) - p;
      const weight = p * (1 - p);
      g0 += error;
      g1 += error * x;
      h00 += weight;
      h01 += weight * x;
      h11 += weight * x * x;
    }
    const determinant = h00 * h11 - h01 * h01;
    intercept += (h11 * g0 - h01 * g1) / determinant;
    slope += (h00 * g1 - h01 * g0) / determinant;
  }
  const thirds = [0, 1, 2].map((third) => {
    const part = own.slice(Math.floor((third * own.length) / 3), Math.floor(((third + 1) * own.length) / 3));
    const mean = (value: (alert: JudgedAlert) => number): number =>
      part.reduce((sum, alert) => sum + value(alert), 0) / Math.max(1, part.length);
    return {
      count: part.length,
      said: mean((alert) => sureness(alert, measure)),
      real: mean(({ verdict }) => (verdict === "real" ? 1 : 0)),
    };
  });
  return { measure, alerts: own.length, intercept, slope, thirds };
}
