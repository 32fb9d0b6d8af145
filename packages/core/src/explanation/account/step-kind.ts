/** What a step is for, as far as its name clearly tells: `work` is everything that no other kind claims. */
export type StepKind = "set-up" | "cache" | "dependencies" | "work";

const CACHE = [
  /^(?:restore|save|load|store|cache|caching|get|download|upload|warm|prime|set ?up|use)\b.*\bcaches?\b/,
  /^cache\b/,
  /^[\w.-]+\/(?:[\w./-]*-)?cache(?:\/(?:restore|save))?@/,
];
const DEPENDENCIES = [
  /^(?:install|download|fetch|restore|update|sync|resolve|get)\b.*\b(?:dependenc(?:y|ies)|deps|packages|modules|node_modules|requirements|gems|crates)\b/,
  /^(?:sudo )?(?:npm (?:ci|install|i)|yarn(?: install)?$|pnpm (?:i|install)|bun install|pip3? install|python3? -m pip install|poetry install|uv (?:sync|pip install)|pipenv (?:install|sync)|bundle install|go mod download|cargo fetch|composer install|dotnet restore|apt(?:-get)? (?:install|update)|brew (?:install|update|bundle)|conda (?:install|env)|choco install)\b/,
  /^install$/,
];
const SET_UP = [
  /^(?:set up job|initialize containers|complete job|stop containers)$/,
  /^check ?out\b/,
  /^set(?:ting)? ?up\b/,
  /^(?:log ?in|sign in|authenticate)\b.*\bto\b/,
  /^configure .*\bcredentials\b/,
  /^free (?:up )?disk space\b/,
  /^install (?!.*\b(?:and|test|tests|build)\b)/,
  /^[\w.-]+\/(?:checkout|setup-[\w.-]+|login-action|configure-aws-credentials|[\w.-]*-setup)(?:\/[\w./-]+)?@/,
];

/**
 * Reads the kind from the step's name in any letter case. GitHub names a step without a name "Run " and its command or action, and
 * what an action does at the end of the job "Post " and the step's name: both are taken off first. docs/explaining.md has the rules.
 */
export function stepKind(name: string): StepKind {
  let text = name.slice(0, 300).trim().toLowerCase();
  const isPost = text.startsWith("post ");
  if (isPost) text = text.slice(5);
  if (text.startsWith("run ")) {
    text = text.slice(4);
    // only GitHub writes this: the end of an action
    if (isPost && /^[\w.-]+\/[\w./-]+@/.test(text) && !CACHE.some((rule) => rule.test(text))) return "set-up";
  }
  if (CACHE.some((rule) => rule.test(text))) return "cache";
  if (DEPENDENCIES.some((rule) => rule.test(text))) return "dependencies";
  return SET_UP.some((rule) => rule.test(text)) ? "set-up" : "work";
}
