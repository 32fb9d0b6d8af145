import {
  type AlertCase,
  type AlertNames,
  aMaterial,
  anIncident,
  DAY_MS,
  NAMES,
  ONSET_MS,
} from "./alert-fixtures.contract.ts";
import type { AlertMessage } from "./alert-message.ts";
import { composeAlert } from "./compose-alert.ts";
import { composeDigest } from "./compose-digest.ts";
import { composeStorm } from "./compose-storm.ts";
import { composeTest } from "./compose-test.ts";

const RECOVERED = { runId: 17_900_000_001, runAttempt: 1, atMs: ONSET_MS + 9 * DAY_MS };

/** One message for each word there is, with everything in it called by these names. */
export function sampleMessages(names: AlertNames = NAMES): Readonly<Record<AlertMessage["word"], AlertMessage>> {
  const told = ONSET_MS + 3 * DAY_MS;
  // hostile names are let in wherever they can be
  const privacy = { commitMessages: names !== NAMES, authors: names !== NAMES };
  const alert = (word: "new" | "grown" | "reminder" | "recovered", given: AlertCase, atMs: number): AlertMessage =>
    composeAlert(aMaterial({ names, hasJob: true, ...given }), {
      id: `octo-org/shop:7:${word}:${atMs}`,
      word,
      atMs,
      privacy,
    });
  const called = { repository: () => names.repository, workflow: () => names.workflow };
  const repository = { id: 7, fullName: names.repository, webUrl: "https://github.com" };
  const many = Array.from({ length: 12 }, (_, at) =>
    anIncident({ names, number: at + 1, series: { workflowId: 70 + (at % 6) } }),
  );
  const waiting = anIncident({
    names,
    number: 13,
    series: { scope: "runner", measure: "queue-time", workflowId: 0, event: "", job: names.labels },
    event: { usual: 20_000, level: 600_000 },
  });
  const activity = Array.from({ length: 8 }, (_, at) => ({
    repositoryId: 7,
    workflowId: 70 + at,
    firstMs: 0,
    lastMs: told,
  }));
  return {
    new: alert("new", {}, told),
    grown: alert("grown", { event: { state: "grown", level: 24 * 60_000 } }, told + DAY_MS),
    reminder: alert("reminder", {}, ONSET_MS + 14 * DAY_MS),
    recovered: alert("recovered", { event: { state: "recovered", at: RECOVERED } }, RECOVERED.atMs),
    storm: composeStorm({
      id: "octo-org/shop:storm:1",
      atMs: told,
      incidents: [...many, waiting],
      names: called,
      activity,
      explanations: [aMaterial({ names }).explained, aMaterial({ names }).explained],
      repository,
    }),
    digest: composeDigest({
      id: "octo-org/shop:digest:1",
      atMs: told,
      sinceMs: told - 7 * DAY_MS,
      items: many.slice(0, 4).map((incident, at) => ({
        incident,
        cost: { ...aMaterial().cost, minutesAWeek: 100 - 20 * at },
        record: null,
      })),
      pushedCount: 1,
      names: called,
      repository,
    }),
    test: composeTest({ id: "test:1", atMs: told, channel: "team-chat" }),
  };
}
