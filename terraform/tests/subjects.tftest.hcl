# Whom Azure trusts: the subjects of GitHub's tokens, exactly.

mock_provider "azurerm" {
  source          = "./tests/mocks"
  override_during = plan
}

mock_provider "azapi" {}

mock_provider "random" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  ml_workspace_name            = "ml-workspace-anomaly-detection"
  ml_storage_account_name      = "mlstorageanomalydet"
  ml_key_vault_name            = "mlkv-anomaly-det"
  ml_application_insights_name = "ml-appinsights-anomaly"
  allowed_ip_ranges            = ["203.0.113.10"]
  github_repository            = "octo-org/octo.repo"
}

run "a_repository_without_numbers_is_trusted_by_name" {
  command = plan

  assert {
    condition = output.github_subjects == tomap({
      "plan-classic"   = "repo:octo-org/octo.repo:pull_request"
      "apply-classic"  = "repo:octo-org/octo.repo:environment:azure-infrastructure"
      "deploy-classic" = "repo:octo-org/octo.repo:environment:azure-production"
      "train-classic"  = "repo:octo-org/octo.repo:ref:refs/heads/main"
    })
    error_message = "The four classic subjects differ."
  }
}

run "a_repository_with_numbers_is_trusted_by_them" {
  command = plan

  variables {
    github_owner_id      = 1342004
    github_repository_id = 1296269
  }

  assert {
    condition = output.github_subjects == tomap({
      "plan-immutable"   = "repo:octo-org@1342004/octo.repo@1296269:pull_request"
      "apply-immutable"  = "repo:octo-org@1342004/octo.repo@1296269:environment:azure-infrastructure"
      "deploy-immutable" = "repo:octo-org@1342004/octo.repo@1296269:environment:azure-production"
      "train-immutable"  = "repo:octo-org@1342004/octo.repo@1296269:ref:refs/heads/main"
    })
    error_message = "The four immutable subjects differ."
  }
}

run "a_repository_that_moves_over_is_trusted_by_both" {
  command = plan

  variables {
    github_owner_id      = 1342004
    github_repository_id = 1296269
    github_subject_form  = "both"
  }

  assert {
    condition     = length(output.github_subjects) == 8 && length(distinct(values(output.github_subjects))) == 8
    error_message = "Four privileges in two forms are eight subjects."
  }
}

run "numbers_can_be_known_and_not_used_yet" {
  command = plan

  variables {
    github_owner_id      = 1342004
    github_repository_id = 1296269
    github_subject_form  = "classic"
  }

  assert {
    condition     = output.github_subjects["train-classic"] == "repo:octo-org/octo.repo:ref:refs/heads/main" && length(output.github_subjects) == 4
    error_message = "The classic form was asked for."
  }
}

run "a_training_job_with_an_environment_sends_that" {
  command = plan

  variables {
    github_train_environment = "training"
    github_default_branch    = "release/2.x"
  }

  assert {
    condition     = output.github_subjects["train-classic"] == "repo:octo-org/octo.repo:environment:training"
    error_message = "The environment wins over the branch."
  }
}

run "a_branch_with_slashes_stays_as_it_is" {
  command = plan

  variables {
    github_default_branch = "release/2.x"
  }

  assert {
    condition     = output.github_subjects["train-classic"] == "repo:octo-org/octo.repo:ref:refs/heads/release/2.x"
    error_message = "The branch is written otherwise."
  }
}

run "a_colon_in_a_value_is_escaped_as_github_does" {
  command = plan

  variables {
    github_apply_environment = "azure:infrastructure"
  }

  assert {
    condition     = output.github_subjects["apply-classic"] == "repo:octo-org/octo.repo:environment:azure%3Ainfrastructure"
    error_message = "The colon is not escaped."
  }
}

run "every_credential_has_githubs_issuer_and_azures_audience" {
  command = plan

  assert {
    condition = alltrue([
      for credential in concat(values(azurerm_federated_identity_credential.github), values(azurerm_federated_identity_credential.github_plan)) :
      credential.issuer == "https://token.actions.githubusercontent.com" && tolist(credential.audience) == tolist(["api://AzureADTokenExchange"])
    ])
    error_message = "An issuer or audience differs."
  }
}

run "no_writer_trusts_a_pull_request_and_nobody_a_wildcard" {
  command = plan

  variables {
    github_owner_id      = 1342004
    github_repository_id = 1296269
    github_subject_form  = "both"
  }

  assert {
    condition     = alltrue([for credential in azurerm_federated_identity_credential.github : !endswith(credential.subject, ":pull_request")])
    error_message = "A pull request may write."
  }

  assert {
    condition     = alltrue([for subject in values(output.github_subjects) : can(regex("^repo:[^*:]+/[^*:]+:(pull_request|environment:[^*:]+|ref:refs/heads/[^*:]+)$", subject))])
    error_message = "A subject is not exact."
  }
}

run "without_a_repository_nobody_is_trusted" {
  command = plan

  variables {
    github_repository = null
  }

  assert {
    condition     = length(output.github_subjects) == 0 && length(output.github_client_ids) == 0 && length(azurerm_user_assigned_identity.github) == 0
    error_message = "There are identities for GitHub without a repository."
  }
}

run "wildcards_and_environments_for_two_privileges_are_refused" {
  command = plan

  variables {
    github_repository         = "octo-org/*"           # a whole organisation
    github_default_branch     = "*"                    # any branch
    github_deploy_environment = "azure-infrastructure" # that of applying
    github_owner_id           = 1342004                # half of the numbers
  }

  expect_failures = [
    var.github_repository,
    var.github_default_branch,
    var.github_deploy_environment,
    var.github_owner_id,
  ]
}

run "an_address_and_an_immutable_subject_without_numbers_are_refused" {
  command = plan

  variables {
    github_repository         = "https://github.com/octo-org/octo.repo"
    github_default_branch     = "refs/heads/main" # would become refs/heads/refs/heads/main
    github_deploy_environment = "prod*"
    github_subject_form       = "immutable"
  }

  expect_failures = [
    var.github_repository,
    var.github_default_branch,
    var.github_deploy_environment,
    var.github_subject_form,
  ]
}
