import { compareUrl, runUrl, workflowUrl } from "../text/run-url.ts";
import type { AlertLink } from "./alert-message.ts";
import type { AlertMaterial } from "./compose-alert.ts";
import { leadOf } from "./alert-words.ts";

/** The run it began with, the commits since the run before, the workflow: from ids, and names that can be no other address. */
export function alertLinks({ explained, repository, workflow }: AlertMaterial): readonly AlertLink[] {
  const { incident, explanation } = explained;
  const lead = leadOf(incident);
  const run = explanation?.change.event ?? lead?.latest ?? null;
  const place = { repositoryId: repository.id, repositoryName: repository.fullName, webUrl: repository.webUrl };
  const isSilent = lead?.series.measure === "schedule";
  const commits = explanation?.commits ?? null;
  const recovered = incident.state === "recovered" && lead !== null ? lead.latest.at : null;
  return [
    ...(recovered === null
      ? []
      : [
          link(
            "Run that is back to usual",
            runUrl({ ...place, runId: recovered.runId, runAttempt: recovered.runAttempt }),
          ),
        ]),
    ...(run === null
      ? []
      : [
          link(
            isSilent ? "Last run" : "First run of it",
            runUrl({ ...place, runId: run.onset.runId, runAttempt: run.onset.runAttempt }),
          ),
        ]),
    ...(commits?.isOneBranch === true
      ? [link("Commits since the run before", compareUrl({ ...place, ...commits }))]
      : []),
    ...(workflow === null ? [] : [link("Workflow", workflowUrl({ ...place, path: workflow.path }))]),
  ].flatMap((each) => (each === null ? [] : [each]));
}

const link = (label: string, url: string | null): AlertLink | null => (url === null ? null : { label, url });
