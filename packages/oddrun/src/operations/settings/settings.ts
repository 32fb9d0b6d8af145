import type { PushBudget } from "@oddrun/core";

/** What a team sets, in `oddrun.yaml`; everything has a default. */
export interface Settings {
  readonly alerts: AlertSettings;
  readonly watch: WatchSettings;
  /** By the name that routes use. */
  readonly channels: Readonly<Record<string, ChannelSettings>>;
  /** All that match a message get it; a message that none matches goes to every channel. */
  readonly routes: readonly RouteSettings[];
  readonly privacy: PrivacySettings;
}

export interface AlertSettings {
  readonly budget: PushBudget;
  /** Days between two reminders of an incident that goes on; null for none. */
  readonly remindAfterDays: number | null;
  /** When the digest is due, UTC: 1 Monday to 7 Sunday; null for none. */
  readonly digest: { readonly weekday: number; readonly hour: number } | null;
  /** So many incidents new at once are told as one: they come from outside. */
  readonly stormFrom: number;
  /** Improvements too. */
  readonly improvements: boolean;
}

export interface WatchSettings {
  /** Branches whose changes alarm. */
  readonly branches: "default" | "all";
  /** Attempts whose failures count. */
  readonly attempts: "first" | "all";
  /** File names or names, with * and ?; all when empty. */
  readonly workflows: readonly string[];
  readonly ignoreWorkflows: readonly string[];
}

/** How a channel is reached. Addresses and keys are never in the file: it names the environment variable that holds them. */
export type ChannelSettings =
  | { readonly kind: "github-issue"; readonly labels: readonly string[]; readonly assignees: readonly string[] }
  | { readonly kind: "slack"; readonly urlFrom: string }
  | { readonly kind: "teams"; readonly urlFrom: string }
  | { readonly kind: "webhook"; readonly urlFrom: string; readonly secretFrom: string };

export interface RouteSettings {
  /** "owner/name" with * and ?; any when left out. */
  readonly repository?: string;
  /** File name or name of the workflow, with * and ?. */
  readonly workflow?: string;
  /** Owner of the workflow's file in CODEOWNERS: "@org/team". */
  readonly owner?: string;
  /** Names of channels; none: these messages go nowhere but the digest. */
  readonly to: readonly string[];
}

export interface PrivacySettings {
  /** Titles of runs and commits in messages. */
  readonly commitMessages: boolean;
  /** Who pushed. */
  readonly authors: boolean;
}

export const DEFAULT_SETTINGS: Settings = {
  alerts: {
    budget: { repositoryAWeek: 1, organisationAWeek: 5 },
    remindAfterDays: 14,
    digest: { weekday: 1, hour: 8 },
    stormFrom: 10,
    improvements: false,
  },
  watch: { branches: "default", attempts: "first", workflows: [], ignoreWorkflows: [] },
  channels: { issues: { kind: "github-issue", labels: ["oddrun"], assignees: [] } },
  routes: [],
  privacy: { commitMessages: false, authors: false },
};
