import {
  type CompareInput,
  type CompareOptions,
  compareRuns,
  DEFAULT_COMPARE_OPTIONS,
  type TimedValue,
} from "@oddrun/core";

/** What is compared, and what a slow-down of it would be multiplied by. */
export interface Try {
  /** The history it is from, so that none weighs more for being long. */
  readonly history: string;
  readonly input: CompareInput;
}

/** A rule that says whether runs are slower; null where it has too little to go by. */
export type Rule = (input: CompareInput) => boolean | null;

export interface RuleFigures {
  readonly name: string;
  readonly triedCount: number;
  readonly silentCount: number;
  readonly falseCount: number;
  /** Share of histories with a false alarm at all, and the largest share in any history of 30 tries or more. */
  readonly worstShare: number;
  readonly foundShares: readonly number[];
}

const WORST_TRIES_MIN = 30;
export const FACTORS = [1.2, 1.3, 1.5, 2] as const;

export const RULES: readonly { readonly name: string; readonly isSlower: Rule }[] = [
  { name: "oddrun check", isSlower: oursWith(DEFAULT_COMPARE_OPTIONS) },
  { name: "over 10 % above the last run", isSlower: over(1.1, last) },
  { name: "over 20 % above the last run", isSlower: over(1.2, last) },
  { name: "over 10 % above the median of 20", isSlower: over(1.1, medianOf20) },
  { name: "over 20 % above the median of 20", isSlower: over(1.2, medianOf20) },
];

export function oursWith(options: CompareOptions): Rule {
  return (input) => {
    const compared = compareRuns(input, options);
    return compared.kind === "too-little-history" ? null : compared.kind === "slower";
  };
}

/** As peers compare: the mean of what is checked against one number of the default branch. */
function over(ratio: number, usualOf: (usual: readonly TimedValue[]) => number): Rule {
  return ({ own, usual }) =>
    usual.length === 0 ? null : own.reduce((sum, { value }) => sum + value, 0) / own.length > ratio * usualOf(usual);
}

function last(usual: readonly TimedValue[]): number {
  return usual.at(-1)!.value;
}

function medianOf20(usual: readonly TimedValue[]): number {
  const sorted = usual
    .slice(-20)
    .map(({ value }) => value)
    .sort((one, other) => one - other);
  return sorted[sorted.length >> 1]!;
}

/** Each rule on runs that nothing was done to, and on the same made slower. The last one is the median's, made as quiet as ours. */
export function figuresOf(tries: readonly Try[], rules = RULES): readonly RuleFigures[] {
  const figures = rules.map((rule) => figuresOfRule(tries, rule));
  const [ours] = figures;
  const ratio = quietRatio(tries, ours!.falseCount / Math.max(1, ours!.triedCount));
  const name = `over ${Math.round(100 * (ratio - 1))} % above the median of 20: as quiet as check`;
  return [...figures, figuresOfRule(tries, { name, isSlower: over(ratio, medianOf20) })];
}

/** The ratio to the median that this share of the unchanged runs exceeds: only hindsight tells it. */
function quietRatio(tries: readonly Try[], share: number): number {
  const ratios = tries
    .map(({ input: { own, usual } }) => own.reduce((sum, { value }) => sum + value, 0) / own.length / medianOf20(usual))
    .sort((one, other) => other - one);
  return ratios[Math.round(share * ratios.length)] ?? 1;
}

function figuresOfRule(tries: readonly Try[], { name, isSlower }: (typeof RULES)[number]): RuleFigures {
  const unchanged = tries.map(({ history, input }) => ({ history, said: isSlower(input) }));
  const told = unchanged.filter(({ said }) => said !== null);
  const byHistory = [...Map.groupBy(told, ({ history }) => history).values()].filter(
    ({ length }) => length >= WORST_TRIES_MIN,
  );
  return {
    name,
    triedCount: told.length,
    silentCount: unchanged.length - told.length,
    falseCount: told.filter(({ said }) => said).length,
    worstShare: Math.max(0, ...byHistory.map((own) => own.filter(({ said }) => said).length / own.length)),
    foundShares: FACTORS.map((factor) => shareOf(tries.flatMap(({ input }) => isSlower(slowed(input, factor)) ?? []))),
  };
}

const slowed = (input: CompareInput, factor: number): CompareInput => ({
  ...input,
  own: input.own.map(({ atMs, value }) => ({ atMs, value: value * factor })),
});

const shareOf = (found: readonly boolean[]): number => found.filter(Boolean).length / Math.max(1, found.length);
