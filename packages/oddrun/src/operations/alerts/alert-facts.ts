import type { AlertWord, ChangeStanding, Incident, MinutesAccount, MinutesPart } from "@oddrun/core";
import type { ChangeExplanation } from "../explain/explain-change.ts";
import { suspectWords } from "../explain/explain-suspects.ts";
import {
  accountLines,
  causeWords,
  differenceSeconds,
  differenceWords,
  signedText,
  unknownWords,
} from "../explain/explain-words.ts";
import { instantWords, valueWords } from "../incidents/incidents-words.ts";
import type { IncidentCost } from "../report/report-changes-cost.ts";
import { costWords, minutesWords } from "../report/report-changes-text.ts";
import type { PrivacySettings } from "../settings/settings.ts";
import { printable } from "../text/visible-text.ts";
import type { AlertFact } from "./alert-message.ts";
import { capital, lastedWords, shownName } from "./alert-words.ts";

const SUSPECTS_MAX = 3;
const STEPS_MAX = 2;
const TITLE_CHARS = 80;

/** Since which run and commit; with its title only where the settings ask for it. */
export function onsetFact(
  { series, latest }: ChangeStanding,
  explanation: ChangeExplanation | null,
  { commitMessages }: PrivacySettings,
  word: AlertWord,
): AlertFact {
  const run = explanation?.onset ?? null;
  const { onset } = explanation?.change.event ?? latest;
  const attempt = onset.runAttempt > 1 ? `, attempt ${onset.runAttempt}` : "";
  const title = commitMessages && run?.title !== null && run !== null ? `, "${printable(run.title, TITLE_CHARS)}"` : "";
  const runWords = `run ${onset.runId}${attempt}${commitWords(run?.headSha ?? null)}${title}`;
  return series.measure === "schedule"
    ? { label: "Last seen", text: `${capital(runWords)}, ended ${instantWords(onset.atMs)}.` }
    : { label: word === "recovered" ? "It began" : "Since", text: `${instantWords(onset.atMs)}: ${runWords}.` };
}

const commitWords = (sha: string | null): string => (sha === null ? "" : `, commit ${sha.slice(0, 7)}`);

/** Where the minutes go, or where runs fail, and what of it. null where there is nothing such to tell. */
export function causeFact(explanation: ChangeExplanation | null): AlertFact | null {
  if (explanation === null) return null;
  const { account, cause, failures, unknown, change } = explanation;
  if (failures !== null) {
    const [place] = failures.places;
    if (place === undefined || failures.sinceFailed === 0) return null;
    const where = [
      ...(place.step === null ? [] : [`step "${shownName(place.step)}"`]),
      ...(place.job === null ? [] : [`job "${shownName(place.job)}"`]),
    ].join(" of ");
    const text =
      where === ""
        ? "They fail before any job does."
        : `${capital(where)}: ${place.since} of ${failures.sinceFailed} failed runs since fail there, ${place.before} before.`;
    return { label: "Where", text };
  }
  if (account === null) {
    const isTime = change.series.measure === "duration" || change.series.measure === "queue-time";
    return isTime ? { label: "Where", text: `Not known: ${reasons(explanation, unknown)}.` } : null;
  }
  if (cause?.kind === "part" && cause.part.kind !== "unexplained" && cause.part.kind !== "path") {
    return { label: "Where", text: partText(cause.part, account, cause.share) };
  }
  const told = causeWords(cause, account);
  if (told !== null) return { label: "Where", text: `${capital(differenceWords(account))}. ${told}` };
  const lines = accountLines(account).filter(({ ms }) => ms !== 0);
  const parts = lines.slice(0, STEPS_MAX).map(({ ms, words }) => `${signedText(ms)} ${words}`);
  return { label: "Where", text: `${capital([differenceWords(account), ...parts].join("; "))}.` };
}

/** "Step "npm test" of job "test" takes 9 min, usually 4 min: 83 % of the 6 min that runs take longer." */
function partText(part: MinutesPart, account: MinutesAccount, share: number): string {
  const { kind, job, step, labels, beforeMs, afterMs } = part;
  const ofJob = job === null ? "" : ` of job "${shownName(job)}"`;
  const what =
    kind === "queue"
      ? `waiting for a runner${labels === null ? "" : ` (${shownName(labels)})`}${job === null ? "" : `, job "${shownName(job)}"`}`
      : kind === "between-jobs"
        ? `the gap before job "${shownName(job ?? "")}"`
        : kind === "re-runs"
          ? "earlier attempts of the same run"
          : step === null
            ? `the work${ofJob}, whose steps are not known,`
            : `step "${shownName(step)}"${ofJob}`;
  const difference = span(Math.abs(differenceSeconds(account)) * 1000);
  const moved = beforeMs === null || afterMs === null ? "" : ` takes ${span(afterMs)}, usually ${span(beforeMs)}`;
  const way = account.afterMs >= account.beforeMs ? "longer" : "less";
  return `${capital(what)}${moved}: ${Math.round(Math.min(1, share) * 100)} % of the ${difference} that it takes ${way}.`;
}

const span = (ms: number): string => valueWords({ measure: "duration", part: "" }, ms);

/** What it costs while it lasts; unknown is said as unknown. */
export function costFact(cost: IncidentCost, isLong: boolean): AlertFact {
  const words = costWords(cost);
  if (words === null)
    return { label: "Costs", text: "Not known: what moved is no time, or too few runs tell how often it runs." };
  // what it came to so far says little on the first day
  const text = isLong || cost.missedRunCount !== null ? words : (words.split(";")[0] ?? words);
  // the label says that already
  const said = text.replace(/^(?:costs|saves) /, "");
  return { label: (cost.minutesAWeek ?? 0) < 0 ? "Saves" : "Costs", text: `${capital(said)}.` };
}

/** What else changed where it began, what fits best first. */
export function suspectsFact(
  { series, latest }: ChangeStanding,
  explanation: ChangeExplanation | null,
): AlertFact | null {
  const label = "What else changed";
  if (series.measure === "schedule") return null;
  if (explanation === null) return { label, text: "Not known: the runs around it are not stored." };
  const { suspects, unknown } = explanation;
  const isBlind = unknown.includes("no-evidence");
  const blind = isBlind ? ` Runner images, caches, actions and changed files were not looked at.` : "";
  if (suspects.length === 0) {
    const others = unknown.filter((why) => why !== "no-evidence");
    const text =
      others.length === 0
        ? `Nothing that can be seen in the runs.${blind}`
        : `Not known: ${others.map((why) => unknownWords(why, latest.onset.runId)).join("; ")}.`;
    return { label, text };
  }
  // commits differ from run to run anyway: a link shows them
  const telling = suspects.filter(({ kind }) => kind !== "commits");
  if (telling.length === 0) return { label, text: `Only the commits, as from run to run anyway.${blind}` };
  const told = telling.slice(0, SUSPECTS_MAX).map(suspectWords);
  const more = telling.length > SUSPECTS_MAX ? `; and ${telling.length - SUSPECTS_MAX} more` : "";
  return { label, text: `${capital(told.join("; "))}${more}.${blind}` };
}

/** "It lasted 9 days and cost about 340 minutes; runs take about 6 min again since run 123." */
export function recoveredFact(incident: Incident, { series, latest }: ChangeStanding, cost: IncidentCost): AlertFact {
  const { onsetMs, overAtMs } = incident;
  const lasted = lastedWords((overAtMs ?? latest.at.atMs) - onsetMs);
  const { minutesSoFar, missedRunCount } = cost;
  const costs =
    missedRunCount !== null
      ? ` and about ${missedRunCount} ${missedRunCount === 1 ? "run" : "runs"} did not come`
      : minutesSoFar === null
        ? ""
        : ` and ${minutesSoFar < 0 ? "saved" : "cost"} about ${minutesWords(minutesSoFar)}`;
  const back =
    series.measure === "schedule"
      ? `it runs again since run ${latest.at.runId}`
      : `back at about ${valueWords(series, latest.usual)} since run ${latest.at.runId} (it was ${valueWords(series, latest.level)})`;
  return { label: "What", text: `It lasted ${lasted}${costs}; ${back}.` };
}

function reasons({ change }: ChangeExplanation, unknown: ChangeExplanation["unknown"]): string {
  const told = unknown.filter((why) => why !== "no-evidence");
  return told.length === 0
    ? "the runs tell no difference"
    : told.map((why) => unknownWords(why, change.event.onset.runId)).join("; ");
}
