import type { ScriptedAnswer } from "./scripted-github.contract.ts";

const TEXTS = {
  primary: "API rate limit exceeded for user ID 1.",
  secondary: "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
  unknown: "Please slow down.",
};
/** A limit met twice, and what must pass before the next request. */
export interface LimitScenario {
  readonly title: string;
  readonly refusal: ScriptedAnswer;
  /** Seconds that must pass after the first and after the second refusal; null: it is not asked again. */
  readonly waitsS: readonly [number, number] | null;
}

/** The 40 ways of being refused that the collection must get right, by a server whose clock stands at `serverNowMs`. */
export function limitScenarios(serverNowMs: number): readonly LimitScenario[] {
  const date = (ms: number): string => new Date(ms).toUTCString();
  const epochS = (secondsAhead: number): string => String(Math.floor(serverNowMs / 1000) + secondsAhead);
  const dated = { date: date(serverNowMs) };
  const retryAfters = { seconds: "7", date: date(serverNowMs + 9_000), absent: null };
  const list: LimitScenario[] = [];
  for (const status of [403, 429]) {
    for (const [after, retryAfter] of Object.entries(retryAfters)) {
      for (const remaining of ["0", "4000"]) {
        for (const [kind, message] of Object.entries(TEXTS)) {
          const headers = {
            ...dated,
            ...(retryAfter === null ? {} : { "retry-after": retryAfter }),
            "x-ratelimit-limit": "5000",
            "x-ratelimit-remaining": remaining,
            "x-ratelimit-reset": epochS(30),
          };
          const told = after === "seconds" ? 7 : after === "date" ? 9 : 0;
          const renewal = remaining === "0" ? 30 : 0;
          const saidS = Math.max(told, renewal);
          const isPermission = saidS === 0 && status === 403 && kind === "unknown";
          list.push({
            title: `${status}, retry-after ${after}, remaining ${remaining}, ${kind} text`,
            refusal: { status, headers, body: { message } },
            waitsS: isPermission ? null : saidS > 0 ? [saidS, saidS] : [60, 120],
          });
        }
      }
    }
  }
  const odd = (title: string, headers: Record<string, string>, waitsS: readonly [number, number]): LimitScenario => ({
    title,
    refusal: { status: 429, headers: { ...dated, ...headers }, body: { message: "Too Many Requests" } },
    waitsS,
  });
  list.push(
    odd("a reset in the past", { "x-ratelimit-remaining": "0", "x-ratelimit-reset": epochS(-60) }, [60, 120]),
    odd("a reset that is no number", { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "soon" }, [60, 120]),
    odd("a negative retry-after", { "retry-after": "-1" }, [60, 120]),
    odd("a retry-after that says nothing", { "retry-after": "abc" }, [60, 120]),
  );
  return list;
}

/** Few at a time: on a busy machine everything is late, and what is sent too early would not show. */
export async function fewAtATime<Item, Result>(
  items: readonly Item[],
  use: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const left = items.values();
  const work = async (): Promise<void> => {
    for (const item of left) results.push(await use(item));
  };
  await Promise.all([work(), work(), work(), work(), work()]);
  return results;
}
