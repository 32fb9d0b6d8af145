import { createHash } from "node:crypto";
import { incidentName } from "@oddrun/core";
import type { AlertLine, AlertLink, AlertMessage } from "../../operations/alerts/alert-message.ts";
import { repositoryUrl } from "../../operations/text/run-url.ts";
import { cut } from "../../operations/text/visible-text.ts";
import { linksOf, type MessageContext } from "./message-parts.ts";

/** CloudEvents' attributes that the reader of a webhook may want otherwise. */
export interface CloudEventOptions {
  /** The type is this and the message's word: "oddrun.alert.new". Oddrun owns no domain to begin it with. */
  readonly typePrefix: string;
}

export const CLOUD_EVENT_TYPES = "oddrun.alert.";

const TEXT_CHARS_MAX = 2000;
const FACTS_MAX = 40;
const LINES_MAX = 100;
const short = (text: string): string => cut(text.toWellFormed(), TEXT_CHARS_MAX);

/**
 * A CloudEvent 1.0 in JSON (github.com/cloudevents/spec, cloudevents/formats/json-format.md). `source` and `id` together are the same
 * for all tries to deliver one message, and for no other. Names in `data` are as they came but for what cannot be seen: whoever shows them
 * makes them harmless.
 */
export function cloudEvent(message: AlertMessage, { mayRepeat }: MessageContext, { typePrefix }: CloudEventOptions) {
  const { word, atMs, incident, repository, workflow, title, facts, lines, howToMute } = message;
  return {
    specversion: "1.0",
    id: eventId(message.id),
    source: sourceOf(message),
    type: `${typePrefix}${word}`,
    ...(incident === null ? {} : { subject: incidentName(incident.number) }),
    time: new Date(atMs).toISOString(),
    datacontenttype: "application/json",
    data: {
      word,
      title: short(title),
      may_repeat: mayRepeat,
      repository:
        repository === null
          ? null
          : { id: repository.id, full_name: short(repository.fullName), html_url: pageOf(message) },
      workflow:
        workflow === null
          ? null
          : { id: workflow.id, name: short(workflow.name), path: workflow.path === null ? null : short(workflow.path) },
      incident:
        incident === null
          ? null
          : { name: incidentName(incident.number), number: incident.number, kind: incident.kind },
      facts: facts.slice(0, FACTS_MAX).map(({ label, text }) => ({ label: short(label), text: short(text) })),
      incidents: lines.slice(0, LINES_MAX).map(lineJson),
      incidents_left_out: Math.max(0, lines.length - LINES_MAX),
      links: linksOf(message).map(linkJson),
      how_to_mute: short(howToMute),
    },
  };
}

const linkJson = ({ label, url }: AlertLink) => ({ label: short(label), html_url: url });
const lineJson = ({ incidentNumber, kind, text, link }: AlertLine) => ({
  name: incidentName(incidentNumber),
  number: incidentNumber,
  kind,
  text: short(text),
  html_url: link === null ? null : (linksOf({ links: [link] })[0]?.url ?? null),
});

/** Fit for a header as well. */
export const eventId = (id: string): string =>
  /^[\x21-\x7e]{1,128}$/.test(id) ? id : `sha256-${createHash("sha256").update(id).digest("hex")}`;

/** The repository's page; of a name that no link may hold, and of several repositories, only who says it. */
const sourceOf = (message: AlertMessage): string => pageOf(message) ?? "oddrun";

function pageOf({ repository }: AlertMessage): string | null {
  if (repository === null) return null;
  return repositoryUrl({ repositoryId: repository.id, repositoryName: repository.fullName, webUrl: repository.webUrl });
}
