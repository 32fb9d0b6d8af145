import { grouped } from "../text/grouped-number.ts";
import type { RequestBudget } from "../collect/run-source.ts";

const CLOCK_OFF_MS = 5 * 60_000;
/** What GitHub grants in an hour to whoever shows no token that it knows. */
const LIMIT_WITHOUT_TOKEN = 60;

/** What a person should know of the answers' headers before relying on the rest. */
export function budgetWarnings({
  limit,
  clockAheadMs,
}: Pick<RequestBudget, "limit" | "clockAheadMs">): readonly string[] {
  const warnings: string[] = [];
  if (limit === LIMIT_WITHOUT_TOKEN) {
    warnings.push(
      `GitHub grants ${LIMIT_WITHOUT_TOKEN} requests an hour, as it does without a token: it did not accept the one that was sent. Check GITHUB_TOKEN, GH_TOKEN or "gh auth status".`,
    );
  }
  if (Math.abs(clockAheadMs) > CLOCK_OFF_MS) {
    const minutes = grouped(Math.round(Math.abs(clockAheadMs) / 60_000));
    warnings.push(
      `This machine's clock is ${minutes} minutes ${clockAheadMs > 0 ? "behind" : "ahead of"} GitHub's. Collecting goes by GitHub's; set this one, other commands go by it.`,
    );
  }
  return warnings;
}
