import type { CheckOutcome } from "../doctor/doctor.ts";
import { printable } from "../text/visible-text.ts";

/** What GitHub says of the subjects in a repository's identity tokens: GET /repos/OWNER/NAME/actions/oidc/customization/sub. */
export interface SubjectForm {
  readonly usesDefault: boolean;
  /** Claims of a template of the repository's own. */
  readonly claimKeys: readonly string[];
  /** Null where the answer does not say it, as on an Enterprise Server. */
  readonly isImmutable: boolean | null;
  /** What the subjects begin with, such as "repo:octo@1/widgets@2"; null where the answer does not say it. */
  readonly prefix: string | null;
}

export interface SubjectRepository {
  readonly fullName: string;
  readonly id: number;
  readonly ownerId: number;
  readonly defaultBranch: string;
}

/** The environments of Terraform's own defaults; other names are given there. */
const ENVIRONMENTS = ["azure-infrastructure", "azure-production"];

/** Which subjects the repository's workflows send, and what to give Terraform so that Entra trusts these. */
export function subjectOutcome(repository: SubjectRepository, form: SubjectForm): CheckOutcome {
  const { fullName, id, ownerId, defaultBranch } = repository;
  if (!form.usesDefault && form.claimKeys.length > 0) {
    return {
      status: "warning",
      found: `subjects follow a template of the repository's own: ${printable(form.claimKeys.join(", "), 120)}`,
      mend: `Terraform here makes credentials for GitHub's own form only. Go back to it with "gh api -X PUT repos/${printable(fullName)}/actions/oidc/customization/sub -F use_default=true", or make the federated credentials by hand.`,
    };
  }
  const [owner, name] = fullName.split("/");
  const classic = `repo:${fullName}`;
  const immutable = `repo:${owner}@${ownerId}/${name}@${id}`;
  const prefix = form.prefix ?? (form.isImmutable === true ? immutable : classic);
  const isImmutable = prefix === immutable;
  if (!isImmutable && prefix !== classic) {
    return {
      status: "warning",
      found: `subjects begin with "${printable(prefix, 200)}", which is neither of the forms that Terraform here makes`,
      mend: "Make the federated credentials by hand with subjects that begin so; letter case counts.",
    };
  }
  const suffixes = [
    `ref:refs/heads/${escaped(defaultBranch)}`,
    ...ENVIRONMENTS.map((environment) => `environment:${escaped(environment)}`),
    "pull_request",
  ];
  const inputs = [
    `github_repository    = "${fullName}"`,
    ...(isImmutable ? [`github_owner_id      = ${ownerId}`, `github_repository_id = ${id}`] : []),
    `github_subject_form  = "${isImmutable ? "immutable" : "classic"}"`,
  ];
  return {
    status: "ok",
    found: isImmutable ? "names with their numbers (immutable form)" : "names alone (classic form)",
    details: [
      ...suffixes.map((suffix) => printable(`subject  ${prefix}:${suffix}`, 600)),
      ...inputs.map((input) => printable(`terraform.tfvars  ${input}`, 400)),
    ],
  };
}

/** GitHub writes a colon inside a value so. */
function escaped(value: string): string {
  return value.replaceAll(":", "%3A");
}
