import { type Incident, type IncidentKind, incidentName, isImprovement, sureness } from "@oddrun/core";
import type { RunCheck } from "../check/run-check.ts";
import { checkSentence } from "../check/check-words.ts";
import { levelWords, titleWords } from "../incidents/incidents-words.ts";
import type { ChangesReport } from "../report/report-changes.ts";
import { runUrl } from "../text/run-url.ts";
import { printable } from "../text/visible-text.ts";

/**
 * One thing that was found, in the one form in which `watch`, `check`, `gate`, `report` and the command line tell it to programs. Names
 * are as they came and hostile wherever they are shown.
 */
export interface Finding {
  /** Of a watched pipeline the kind of its incident; of a checked run "slower", "faster" or "failing". */
  readonly kind: IncidentKind;
  /** Whether it is about the pipeline, or about one run beside it. */
  readonly about: "pipeline" | "run";
  /** "owner/name"; of several repositories the first. */
  readonly repository: string;
  /** null for runners, and for several. */
  readonly workflow: string | null;
  readonly job: string | null;
  readonly step: string | null;
  /** What it is now by what is usual; null where that is no number, such as of a silence. */
  readonly ratio: number | null;
  /** 0 to 1: of a pipeline the chance that it is real; of one run the share of unchanged runs that are more usual than it. */
  readonly sureness: number;
  /** ISO instant; null for one run. */
  readonly since: string | null;
  /** "INC-7"; null for one run. */
  readonly incident: string | null;
  /** Of an incident whether people have taken note of it: it goes on, and is no news. */
  readonly isNoted: boolean;
  readonly runId: number | null;
  readonly minutesAWeek: number | null;
  /** The incident's issue, else the run; null where neither is known. */
  readonly url: string | null;
  /** One line, visible and cut. */
  readonly text: string;
}

/** What is open, for the worse first, the dearest first; then what is better. */
export function findingsOfChanges(
  { open, better, names }: ChangesReport,
  issueUrls: ReadonlyMap<number, string> = new Map(),
): readonly Finding[] {
  return [...open, ...better].map(({ incident, cost }): Finding => {
    const [first] = incident.changes;
    const workflowIds = new Set(incident.changes.map(({ series }) => series.workflowId).filter((id) => id !== 0));
    const [workflowId] = workflowIds;
    const repositoryId = incident.repositoryIds[0] ?? incident.repositoryId;
    const { series, latest } = first ?? { series: null, latest: null };
    return {
      kind: incident.kind,
      about: "pipeline",
      repository: names.repository(repositoryId),
      workflow: workflowId === undefined || workflowIds.size > 1 ? null : names.workflow(repositoryId, workflowId),
      job: series === null || series.scope === "runner" || series.job === "" ? null : series.job,
      step: series?.scope === "step" ? series.part : null,
      ratio: latest === null || series.measure === "schedule" || latest.usual <= 0 ? null : latest.level / latest.usual,
      sureness: surenessOf(incident),
      since: new Date(incident.onsetMs).toISOString(),
      incident: incidentName(incident.number),
      isNoted: isNoted(incident),
      runId: latest?.onset.runId ?? null,
      minutesAWeek: cost.minutesAWeek,
      url: issueUrls.get(incident.number) ?? null,
      text: oneLine(
        `${titleWords(incident, names)}${series === null ? "" : `: ${levelWords(series, latest)}`}, since ${new Date(incident.onsetMs).toISOString().slice(0, 10)}`,
      ),
    };
  });
}

/** Whether people have taken note of it. */
export const isNoted = ({ state }: Incident): boolean => state === "acknowledged" || state === "muted";

/** 0 to 1; a schedule is silent or not. */
export function surenessOf({ changes }: Incident): number {
  const [first] = changes;
  if (first === undefined || first.series.measure === "schedule") return 1;
  return sureness(first.latest, first.series.measure === "failure" ? "failure" : "level");
}

const FINDING_KINDS: ReadonlySet<RunCheck["kind"]> = new Set<RunCheck["kind"]>(["failing", "slower", "faster"]);

/** What is beyond noise in a checked run: the run, or the job that stands for it; of failures each job. */
export function findingsOfCheck(check: RunCheck): readonly Finding[] {
  const { run, kind, whole, jobs, failures, cause } = check;
  if (!FINDING_KINDS.has(kind)) return [];
  const of = {
    about: "run",
    repository: run.repositoryName,
    workflow: run.workflowName,
    since: null,
    incident: null,
    isNoted: false,
    runId: run.runId,
    minutesAWeek: null,
    url: runUrl(run),
  } as const;
  if (kind === "failing") {
    return failures
      .filter(({ isNew }) => isNew)
      .map(({ job, step, chance }): Finding => {
        const place = step === null ? "" : `, step "${step}"`;
        const text = oneLine(`${run.workflowName} fails${job === null ? "" : ` in job "${job}"${place}`}`);
        return { ...of, kind: "failing", job, step, ratio: null, sureness: 1 - chance, text };
      });
  }
  const job = jobs.find(({ compared }) => compared.kind === kind);
  const isWhole = whole !== null && whole.kind === kind;
  const compared = isWhole ? whole : job?.compared;
  if (compared === undefined || compared.kind === "too-little-history") return [];
  const part = cause?.kind === "part" ? cause.part : null;
  return [
    {
      ...of,
      kind: kind === "faster" ? "faster" : "slower",
      job: part?.job ?? job?.job ?? null,
      step: part?.step ?? null,
      ratio: compared.ratio,
      sureness: 1 - compared.chance,
      text: oneLine(checkSentence(check)),
    },
  ];
}

const TEXT_CHARS = 400;
const oneLine = (text: string): string => printable(text, TEXT_CHARS);

/** As programs read it: spelt as GitHub spells, whole and round numbers. */
export function findingsJson(findings: readonly Finding[]): readonly Readonly<Record<string, unknown>>[] {
  const round = (value: number | null): number | null => (value === null ? null : Number(value.toPrecision(4)));
  return findings.map(({ runId, minutesAWeek, sureness: sure, ratio, isNoted: isKnown, ...same }) => ({
    ...same,
    ratio: round(ratio),
    sureness: round(sure),
    run_id: runId,
    minutes_a_week: round(minutesAWeek),
    is_improvement: isImprovement(same.kind),
    is_noted: isKnown,
  }));
}
