import * as z from "zod";
import { LIMITS } from "./limits.ts";
import { isDeeperThan } from "./nesting.ts";

/** What is asked of one feature's value. `mayBeMissing`: null stands for "not known" and is scored as such. */
export interface FeatureRule {
  readonly name: string;
  readonly low: number;
  readonly high: number;
  readonly mayBeMissing: boolean;
  /** The rule in words, for messages. */
  readonly words: string;
}

/** The rule for a feature of that name. The two of every pipeline have a range; any other may be any finite number. */
export function featureRule(name: string): FeatureRule {
  if (name === "duration") {
    const words = `a number of seconds from 0 to ${LIMITS.durationSeconds} (35 days)`;
    return { name, low: 0, high: LIMITS.durationSeconds, mayBeMissing: false, words };
  }
  if (name === "failure_rate")
    return { name, low: 0, high: 1, mayBeMissing: false, words: "a share from 0 to 1 (45 % is 0.45)" };
  return {
    name,
    low: -Number.MAX_VALUE,
    high: Number.MAX_VALUE,
    mayBeMissing: true,
    words: "a finite number, or null for not known",
  };
}

/** One row of a score request for a model with these features. Other fields are ignored, inside the limits. */
export function scoreRowShape(features: readonly string[]) {
  const fields: Record<string, z.ZodType> = {
    build_id: z
      .string()
      .min(1)
      .max(LIMITS.buildIdChars)
      .optional()
      .describe("Any name of yours for the build; it is not looked at."),
  };
  for (const feature of features) {
    const { low, high, mayBeMissing, words } = featureRule(feature);
    const number = mayBeMissing ? z.number() : z.number().min(low).max(high);
    fields[feature] = (mayBeMissing ? number.nullable() : number).describe(words);
  }
  return z.looseObject(fields).superRefine((row, context) => {
    const others = Object.keys(row).filter((key) => !Object.hasOwn(fields, key));
    if (Object.keys(row).length > LIMITS.keysPerRow) context.addIssue({ code: "custom", message: "too many fields" });
    for (const other of others) {
      const value = row[other];
      if (typeof value === "string" && value.length > LIMITS.textChars)
        context.addIssue({ code: "custom", message: "text too long" });
      if (isDeeperThan(value, LIMITS.depth - 3)) context.addIssue({ code: "custom", message: "nested too deeply" });
    }
  });
}

/** The body of `POST /score` for a model with these features. */
export function scoreRequestShape(features: readonly string[]) {
  return z.looseObject({
    data: z
      .array(scoreRowShape(features))
      .max(LIMITS.rows)
      .describe(`At most ${LIMITS.rows} rows; every feature of the model in each. No row gives an empty answer.`),
  });
}

/** The answer of `POST /score`; each list is in the order of the rows. */
export const scoreResponseShape = z.object({
  predictions: z.array(z.boolean()).describe("Whether the row is odd: its score reaches the threshold."),
  scores: z.array(z.number().min(0).max(1)).describe("0 to 1, higher is odder."),
  reasons: z.array(z.string().nullable()).describe("What makes an odd row odd; null for the others."),
  threshold: z.number(),
  model: z.object({ version: z.string(), sha256: z.string() }),
  ignored: z
    .object({ count: z.number().int(), fields: z.array(z.string()) })
    .optional()
    .describe("Fields that are no feature of the model: how many values were passed over, and the first names."),
});
