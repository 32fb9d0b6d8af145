import { planDigests } from "./plan-digest.ts";
import { planFollowUps } from "./plan-follow-ups.ts";
import type { AlertPlan, PlanAlertsInput } from "./plan-input.ts";
import { planNews } from "./plan-news.ts";
import { newPlanning } from "./planning.ts";

/**
 * What is to be said now, given what was said before. Asked again with its answer in the ledger it has nothing to add, so passes may
 * be repeated, skipped, or killed and made up for. Pushes to an inbox stay within its budget in any seven days; the rest is for the
 * digest.
 */
export function planAlerts(input: PlanAlertsInput): AlertPlan {
  const { planning, plan } = newPlanning(input);
  planFollowUps(planning);
  planNews(planning);
  const digests = planDigests(planning);
  const { due, ...rest } = plan();
  return { ...rest, due: [...due, ...digests.due], digestsDone: digests.done };
}
