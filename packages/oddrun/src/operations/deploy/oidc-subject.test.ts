import assert from "node:assert/strict";
import { test } from "node:test";
import { subjectOutcome } from "./oidc-subject.ts";

const REPOSITORY = { fullName: "octo/widgets", id: 22, ownerId: 11, defaultBranch: "main" };
const FORM = { usesDefault: true, claimKeys: [], isImmutable: null, prefix: null };

test("the immutable form gives the numbers to Terraform and puts them into every subject", () => {
  const { status, details } = subjectOutcome(REPOSITORY, {
    ...FORM,
    isImmutable: true,
    prefix: "repo:octo@11/widgets@22",
  });
  assert.equal(status, "ok");
  assert.deepEqual(details, [
    "subject  repo:octo@11/widgets@22:ref:refs/heads/main",
    "subject  repo:octo@11/widgets@22:environment:azure-infrastructure",
    "subject  repo:octo@11/widgets@22:environment:azure-production",
    "subject  repo:octo@11/widgets@22:pull_request",
    'terraform.tfvars  github_repository    = "octo/widgets"',
    "terraform.tfvars  github_owner_id      = 11",
    "terraform.tfvars  github_repository_id = 22",
    'terraform.tfvars  github_subject_form  = "immutable"',
  ]);
});

test("the classic form, also of a server that does not say which, has names alone", () => {
  for (const form of [FORM, { ...FORM, isImmutable: false, prefix: "repo:octo/widgets" }]) {
    const { details } = subjectOutcome({ ...REPOSITORY, defaultBranch: "release:1" }, form);
    assert.equal(details![0], "subject  repo:octo/widgets:ref:refs/heads/release%3A1");
    assert.equal(details!.at(-1), 'terraform.tfvars  github_subject_form  = "classic"');
    assert.equal(details!.length, 6);
  }
});

test("a template of the repository's own, and a prefix of no known form, are told with a way out", () => {
  const own = subjectOutcome(REPOSITORY, { ...FORM, usesDefault: false, claimKeys: ["repo", "job_workflow_ref"] });
  assert.equal(own.status, "warning");
  assert.match(`${own.found} ${own.mend}`, /job_workflow_ref.*use_default=true/);
  const strange = subjectOutcome(REPOSITORY, { ...FORM, prefix: "repository_id:\u202e22" });
  assert.equal(strange.status, "warning");
  assert.match(strange.found, /repository_id:⟨U\+202E⟩22/);
});
