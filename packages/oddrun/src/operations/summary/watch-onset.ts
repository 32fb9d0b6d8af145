import type { Incident } from "@oddrun/core";
import { runUrl } from "../text/run-url.ts";
import { day } from "./summary-words.ts";
import type { WatchReport } from "./watch-report.ts";

/** The day it began, with a link to the first run of it where that is stored. */
export function onsetCell(report: WatchReport, { number, onsetMs }: Incident): string {
  const onset = report.explained.get(number)?.explanation?.onset ?? null;
  const url = onset === null ? null : runUrl(onset);
  return url === null ? day(onsetMs) : `[${day(onsetMs)}](${url})`;
}
