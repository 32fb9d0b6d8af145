/** What the Dockerfile must hold; each finding is one way in which it does not. */
import { ValidationSeverity, validate } from "dockerfile-utils";
import { SCORING_CONTRACT } from "../../packages/oddrun/src/operations/models/scoring-contract.ts";
import { lastStep, type ParsedDockerfile, parseDockerfile, type Stage, type Step } from "./dockerfile.ts";

export interface BuildContext {
  /** Whether a path of the checkout is there. */
  readonly exists: (path: string) => boolean;
  /** Whether .dockerignore keeps it out. */
  readonly isIgnored: (path: string) => boolean;
}

/** The images that are made of it. */
const TARGETS = ["app", "scoring"];

const SECRET_NAME = /(TOKEN|SECRET|PASSWORD|PASSWD|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY|CONNECTION_?STRING)\b/i;

export function dockerfileFindings(text: string, context: BuildContext): string[] {
  const dockerfile = parseDockerfile(text);
  return [
    ...validate(text, { deprecatedMaintainer: ValidationSeverity.ERROR }).map(({ message }) =>
      typeof message === "string" ? message : message.value,
    ),
    ...dockerfile.stages.flatMap((stage, index) => [
      ...baseFindings(stage, dockerfile, index),
      ...stage.instructions.flatMap((step) => copyFindings(step, dockerfile.stages.slice(0, index), context)),
    ]),
    ...digestFindings(dockerfile),
    ...[...dockerfile.head, ...dockerfile.stages.flatMap(({ instructions }) => instructions)].flatMap(secretFindings),
    ...TARGETS.flatMap((name) => {
      const stage = dockerfile.stages.find((each) => each.name === name);
      if (stage === undefined) return [`there is no target ${name}`];
      return targetFindings(stage).map((finding) => `target ${name}: ${finding}`);
    }),
  ];
}

function baseFindings({ image }: Stage, { stages }: ParsedDockerfile, index: number): string[] {
  if (stages.slice(0, index).some(({ name }) => name === image)) return [];
  return [
    ...(/@(\$\{NODE_DIGEST\}|sha256:[0-9a-f]{64})$/.test(image) ? [] : [`${image} is not named by a digest`]),
    ...(/:latest\b/.test(image) ? [`${image} is a moving tag`] : []),
  ];
}

/** The digest is the builder's to say: one written here would be invented, or would grow old unseen. */
function digestFindings({ head }: ParsedDockerfile): string[] {
  const args = head.filter(({ keyword }) => keyword === "ARG").map(({ text }) => text);
  if (!args.includes("NODE_DIGEST")) return ["ARG NODE_DIGEST must stand at the top, without a value"];
  return args.some((arg) => /^NODE_TAG=(latest)?$/.test(arg)) ? ["NODE_TAG is a moving tag"] : [];
}

function copyFindings(step: Step, before: readonly Stage[], { exists, isIgnored }: BuildContext): string[] {
  if (step.keyword === "ADD") return ["ADD may fetch and unpack what nobody looked at: use COPY"];
  if (step.keyword !== "COPY") return [];
  const from = step.flags.get("from");
  if (from !== undefined)
    return before.some(({ name }) => name === from) ? [] : [`COPY --from=${from} names no stage above it`];
  return step.words.slice(0, -1).flatMap((source) => {
    if (/^\.?\/?$/.test(source)) return [`COPY ${source} takes everything there is`];
    if (!exists(source)) return [`COPY ${source}: it is not there`];
    return isIgnored(source) ? [`COPY ${source}: .dockerignore keeps it out`] : [];
  });
}

function secretFindings({ keyword, text }: Step): string[] {
  const findings: string[] = [];
  if ((keyword === "ARG" || keyword === "ENV") && SECRET_NAME.test(text))
    findings.push(`${keyword} ${text.split("=")[0]} looks like a secret, which would stay in the image`);
  if (keyword === "ENV" && text.includes(SCORING_CONTRACT.authVariable))
    findings.push(`${SCORING_CONTRACT.authVariable} is for a deployment to set: in the image it opens every server`);
  if (keyword === "RUN" && /\b(curl|wget)\b/.test(text)) findings.push(`RUN fetches what nobody looked at: ${text}`);
  return findings;
}

function targetFindings(stage: Stage): string[] {
  const user = lastStep(stage, "USER")?.text ?? "";
  const [uid, gid] = /^(\d+):(\d+)$/.exec(user)?.slice(1).map(Number) ?? [];
  const exec = (keyword: string, isNeeded: boolean) => {
    const step = lastStep(stage, keyword);
    if (step === undefined) return isNeeded ? [`it has no ${keyword}`] : [];
    return step.exec === null ? [`its ${keyword} goes through a shell: use the exec form`] : [];
  };
  const labels = stage.instructions.filter(({ keyword }) => keyword === "LABEL").map(({ text }) => text);
  const { port } = SCORING_CONTRACT;
  const environment = stage.instructions.filter(({ keyword }) => keyword === "ENV").map(({ text }) => text);
  return [
    ...(uid === undefined || gid === undefined ? [`USER "${user}" is not UID:GID in numbers`] : []),
    ...(uid === 0 || gid === 0 ? ["it runs as root"] : []),
    ...exec("ENTRYPOINT", true),
    ...exec("HEALTHCHECK", true),
    ...exec("CMD", false),
    ...(labels.some((label) => label.includes('image.base.digest="${NODE_DIGEST}"'))
      ? []
      : ["the digest of its base is not in a label"]),
    ...(lastStep(stage, "EXPOSE")?.text === String(port) ? [] : [`EXPOSE is not ${port}`]),
    ...(environment.some((each) => new RegExp(String.raw`\bODDRUN_PORT=${port}(\s|$)`).test(each))
      ? []
      : [`ODDRUN_PORT is not ${port}`]),
  ];
}
