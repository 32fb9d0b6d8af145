import { parsePushRate } from "@oddrun/core";
import {
  commentedList,
  FLAG,
  listOf,
  namedBy,
  oneOfWords,
  orOff,
  section,
  textAs,
  type ValueOf,
  variant,
  wholeNumber,
} from "./shape.ts";

/** The form of the file that this program reads. */
export const SETTINGS_VERSION = 1;

const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
const SPAN_DAYS = { d: 1, w: 7 } as const;
const NAMES_MAX = 200;

/** Above 0 and, in weeks of seven days and twelfths of a year, at most 1000 a week: told to editors as it is read. */
const RATE_PATTERN =
  /^(?!0+(\.0+)?\/)((\d{1,2}|1[0-3]\d)(\.\d{1,6})?\/day|(\d{1,3}(\.\d{1,6})?|1000)\/week|[1-3]?\d{1,3}(\.\d{1,6})?\/month)$/;

const RATE = textAs({
  expected: 'a rate such as "1/week", "2/month" or "1/day", at most 1000 a week',
  schema: { pattern: RATE_PATTERN.source },
  parse: (text) => (RATE_PATTERN.test(text) ? (parsePushRate(text) ?? undefined) : undefined),
});

const DAY_SPAN_PATTERN = /^(([1-9]\d?|[12]\d\d|3[0-5]\d|36[0-5])d|([1-9]|[1-4]\d|5[0-2])w)$/;

/** Whole days from "14d" or "2w". */
const DAY_SPAN = textAs({
  expected: 'days or weeks such as "14d" or "2w", at most 365 days, or "off"',
  schema: { pattern: DAY_SPAN_PATTERN.source },
  parse: (text) =>
    DAY_SPAN_PATTERN.test(text) ? Number.parseInt(text, 10) * SPAN_DAYS[text.at(-1) as "d" | "w"] : undefined,
});

/** "monday 08:00", UTC. */
const WEEKLY = textAs({
  expected: 'a day of the week and an hour in UTC, such as "monday 08:00", or "off"',
  schema: { pattern: `^(${DAYS.join("|")}) ([01]\\d|2[0-3]):00$` },
  parse: (text) => {
    const [day, time] = text.split(" ");
    const weekday = DAYS.findIndex((name) => name === day) + 1;
    const hour = /^([01]\d|2[0-3]):00$/.exec(time ?? "")?.[1];
    return weekday === 0 || hour === undefined ? undefined : { weekday, hour: Number(hour) };
  },
});

const ENVIRONMENT_NAME = textAs({
  expected: "the name of an environment variable, in capitals, and not the address or the key itself",
  schema: { pattern: "^[A-Z_][A-Z0-9_]{0,99}$" },
  parse: (text) => (/^[A-Z_][A-Z0-9_]{0,99}$/.test(text) ? text : undefined),
  isHidden: true,
});

const text = (charsMax: number, expected: string) =>
  textAs({
    expected,
    schema: { pattern: "\\S", maxLength: charsMax },
    // JSON Schema counts whole characters, not halves of them
    parse: (value) => (/\S/.test(value) && Array.from(value).length <= charsMax ? value : undefined),
  });
const WORKFLOW = text(200, "the file or the name of a workflow, with * and ? for what may vary");
const LABEL = text(50, "the name of a label, at most 50 characters");
const CHANNEL_NAME = { pattern: /^[A-Za-z][A-Za-z0-9-]{0,31}$/, expected: "letters, digits and hyphens, at most 32" };

const URL_FROM = {
  shape: ENVIRONMENT_NAME,
  about: "The environment variable that holds the channel's address, which is a secret.",
};

const CHANNEL = variant("kind", {
  "github-issue": section({
    labels: {
      shape: listOf(LABEL, 10),
      about: 'Labels that each issue gets, beside "oddrun", by which Oddrun finds its issues again.',
      usual: "[oddrun]",
    },
    assignees: { shape: listOf(text(39, "a login"), 10), about: "Logins of people who are assigned.", usual: "[]" },
  }),
  slack: section({ "url-from": URL_FROM }),
  teams: section({ "url-from": URL_FROM }),
  webhook: section({
    "url-from": URL_FROM,
    "secret-from": {
      shape: ENVIRONMENT_NAME,
      about: "The environment variable that holds the key by which messages are signed: 24 to 64 bytes in base64.",
    },
  }),
});

const ROUTE = section({
  repository: {
    shape: text(140, '"owner/name", with * and ? for what may vary'),
    about: "Only of this repository.",
    usual: "",
  },
  workflow: { shape: WORKFLOW, about: "Only of this workflow, by its file or name.", usual: "" },
  owner: {
    shape: text(140, '"@org/team" or "@login" as CODEOWNERS names it, with * and ? for what may vary'),
    about: "Only of workflows whose file this owner has in CODEOWNERS.",
    usual: "",
  },
  to: {
    shape: listOf(text(32, "the name of a channel"), 20),
    about: "The channels that get it, by name. None: it is only in the digest.",
  },
});

/** Every key of `oddrun.yaml`, in the order in which `oddrun init` writes them. */
export const FIELDS = {
  version: {
    shape: wholeNumber(SETTINGS_VERSION, SETTINGS_VERSION),
    about: "The form of this file.",
    usual: String(SETTINGS_VERSION),
  },
  alerts: {
    about: "What is said, and how often.",
    usual: "",
    shape: section({
      pushes: { shape: RATE, about: "Messages that a repository's inbox gets, at most.", usual: "1/week" },
      "organisation-pushes": {
        shape: RATE,
        about: "Messages that an organisation's inbox gets, at most.",
        usual: "5/week",
      },
      "remind-after": {
        shape: orOff(DAY_SPAN),
        about: "Say again of an incident that goes on, after this long.",
        usual: "14d",
      },
      digest: {
        shape: orOff(WEEKLY),
        about: "When everything else comes in one message, in UTC.",
        usual: "monday 08:00",
      },
      "storm-from": {
        shape: wholeNumber(2, 1000),
        about: "So many incidents new at once are told as one: they come from outside.",
        usual: "10",
      },
      improvements: { shape: FLAG, about: "Say what got better, too.", usual: "false" },
    }),
  },
  watch: {
    about: "What is watched.",
    usual: "",
    shape: section({
      branches: { shape: oneOfWords(["default", "all"]), about: "Branches whose changes are said.", usual: "default" },
      attempts: { shape: oneOfWords(["first", "all"]), about: "Attempts whose failures count.", usual: "first" },
      workflows: {
        shape: listOf(WORKFLOW, NAMES_MAX),
        about: "Only these, by file or name, with * and ?. All when empty.",
        usual: "[]",
      },
      "ignore-workflows": { shape: listOf(WORKFLOW, NAMES_MAX), about: "None of these.", usual: "[]" },
    }),
  },
  channels: {
    about: "Where it is said, by a name of your own. A channel of the kind github-issue is there unless it is off.",
    usual: "issues: { kind: github-issue }",
    examples: [
      "issues: { kind: github-issue, labels: [oddrun], assignees: [] }",
      "team: { kind: slack, url-from: SLACK_WEBHOOK_URL }",
      "office: { kind: teams, url-from: TEAMS_WEBHOOK_URL }",
      "pager: { kind: webhook, url-from: PAGER_URL, secret-from: PAGER_KEY }",
    ],
    shape: namedBy(CHANNEL_NAME, orOff(CHANNEL)),
  },
  routes: {
    about: "Who gets what. Every route that matches a message counts; what none matches goes to all channels.",
    usual: "[]",
    examples: [
      "- { workflow: deploy*.yml, to: [issues] }",
      '- { owner: "@org/team", to: [issues] }',
      "- { workflow: nightly.yml, to: [] }",
    ],
    shape: commentedList(listOf(ROUTE, NAMES_MAX)),
  },
  privacy: {
    about: "What messages may hold.",
    usual: "",
    shape: section({
      "commit-messages": { shape: FLAG, about: "Titles of runs and commits.", usual: "false" },
      authors: { shape: FLAG, about: "Who pushed.", usual: "false" },
    }),
  },
} as const;

export const SETTINGS_FORM = section(FIELDS);
export type SettingsFile = ValueOf<typeof SETTINGS_FORM>;
