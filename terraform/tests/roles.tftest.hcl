# Who may do what, and where.

mock_provider "azurerm" {
  source          = "./tests/mocks"
  override_during = plan
}

mock_provider "azapi" {}

mock_provider "random" {
  source          = "./tests/mocks"
  override_during = plan
}

override_resource {
  target          = azurerm_storage_account.ml
  override_during = plan
  values          = { id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/ml" }
}

override_resource {
  target          = azurerm_key_vault.app
  override_during = plan
  values = {
    id        = "/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/app"
    vault_uri = "https://app.vault.azure.net/"
  }
}

variables {
  ml_workspace_name            = "ml-workspace-anomaly-detection"
  ml_storage_account_name      = "mlstorageanomalydet"
  ml_key_vault_name            = "mlkv-anomaly-det"
  ml_application_insights_name = "ml-appinsights-anomaly"
  allowed_ip_ranges            = ["203.0.113.10"]
  github_repository            = "octo-org/octo-repo"
  state_container_id           = "/subscriptions/s/resourceGroups/state/providers/Microsoft.Storage/storageAccounts/state/blobServices/default/containers/tfstate"
}

run "the_web_app_has_six_narrow_roles" {
  command = plan

  assert {
    condition     = azurerm_role_assignment.web_pulls_images.role_definition_name == "AcrPull" && endswith(azurerm_role_assignment.web_pulls_images.scope, "/registries/registry")
    error_message = "It pulls images from the registry, no more."
  }

  assert {
    condition     = azurerm_role_assignment.web_reads_secrets.role_definition_name == "Key Vault Secrets User" && endswith(azurerm_role_assignment.web_reads_secrets.scope, "/vaults/app")
    error_message = "It reads the app's vault, not that of Azure ML."
  }

  assert {
    condition     = azurerm_role_assignment.web_keeps_files.role_definition_name == "Storage Blob Data Contributor" && endswith(azurerm_role_assignment.web_keeps_files.scope, "/containers/oddrun")
    error_message = "It writes one container."
  }

  assert {
    condition     = azurerm_role_assignment.web_reads_models.role_definition_name == "Storage Blob Data Reader" && endswith(azurerm_role_assignment.web_reads_models.scope, "/storageAccounts/ml")
    error_message = "It reads models and does not change them."
  }

  assert {
    condition     = azurerm_role_assignment.web_sends_telemetry.role_definition_name == "Monitoring Metrics Publisher" && endswith(azurerm_role_assignment.web_sends_telemetry.scope, "/components/insights")
    error_message = "It sends telemetry to its Application Insights."
  }

  assert {
    condition     = endswith(azurerm_role_assignment.web_scores.scope, "/workspaces/workspace") && alltrue([for action in azurerm_role_definition.score.permissions[0].actions : can(regex("/(read|score/action)$", action))])
    error_message = "It reads and scores in the workspace and does nothing else there."
  }
}

run "pull_requests_read_and_nothing_else" {
  command = plan

  assert {
    condition     = azurerm_role_assignment.github_plan_reads[0].role_definition_name == "Reader" && azurerm_role_assignment.github_plan_reads[0].scope == "/subscriptions/s/resourceGroups/g"
    error_message = "A plan reads the resource group."
  }

  assert {
    condition     = azurerm_role_assignment.github_plan_reads_state[0].role_definition_name == "Storage Blob Data Reader" && endswith(azurerm_role_assignment.github_plan_reads_state[0].scope, "/containers/tfstate")
    error_message = "A plan reads the state's container."
  }
}

run "applying_gives_out_only_listed_roles" {
  command = plan

  assert {
    condition     = azurerm_role_assignment.github_apply_changes[0].role_definition_name == "Contributor" && azurerm_role_assignment.github_apply_changes[0].scope == "/subscriptions/s/resourceGroups/g"
    error_message = "It changes this resource group, not the subscription."
  }

  assert {
    condition     = azurerm_role_assignment.github_apply_gives_roles[0].scope == "/subscriptions/s/resourceGroups/g" && azurerm_role_assignment.github_apply_gives_roles[0].condition_version == "2.0"
    error_message = "It gives out roles in this resource group under a condition."
  }

  assert {
    condition     = alltrue([for id in values(local.role_ids) : length(split(id, azurerm_role_assignment.github_apply_gives_roles[0].condition)) == 3])
    error_message = "Each role it may give is in the condition for writing and in that for deleting."
  }

  assert {
    condition     = alltrue([for id in ["8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "b24988ac-6180-42a0-ab88-20f7382dd24c", "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", "f58310d9-a9f6-439a-9e8d-f62e7b41a168"] : !strcontains(azurerm_role_assignment.github_apply_gives_roles[0].condition, id)])
    error_message = "It may give out Owner, Contributor or the right to give out roles."
  }
}

run "deploying_and_training_are_kept_apart" {
  command = plan

  assert {
    condition     = azurerm_role_assignment.github_deploy_pushes_images[0].role_definition_name == "AcrPush" && endswith(azurerm_role_assignment.github_deploy_pushes_images[0].scope, "/registries/registry")
    error_message = "A deployment pushes images."
  }

  assert {
    condition     = azurerm_role_assignment.github_deploy_web_app[0].role_definition_name == "Website Contributor" && endswith(azurerm_role_assignment.github_deploy_web_app[0].scope, "/sites/app")
    error_message = "A deployment changes the one web app."
  }

  assert {
    condition     = azurerm_role_assignment.github_deploy_reads_models[0].role_definition_name == "Storage Blob Data Reader" && endswith(azurerm_role_assignment.github_deploy_reads_models[0].scope, "/storageAccounts/ml")
    error_message = "A deployment reads the model that it is to serve, and changes none."
  }

  assert {
    condition     = azurerm_role_assignment.github_train_uploads_models[0].role_definition_name == "Storage Blob Data Contributor" && endswith(azurerm_role_assignment.github_train_uploads_models[0].scope, "/storageAccounts/ml")
    error_message = "Training writes models."
  }

  assert {
    condition = alltrue([
      for assignment in [azurerm_role_assignment.github_deploy_endpoints[0], azurerm_role_assignment.github_train_registers_models[0]] :
      assignment.role_definition_name == "AzureML Data Scientist" && endswith(assignment.scope, "/workspaces/workspace")
    ])
    error_message = "Both work in the one workspace."
  }

  assert {
    condition     = length(output.github_client_ids) == 4 && output.github_variables["AZURE_ML_WORKSPACE"] == "ml-workspace-anomaly-detection"
    error_message = "There is an identity for each of the four privileges."
  }
}

run "without_a_known_state_nobody_gets_a_role_there" {
  command = plan

  variables {
    state_container_id = null
  }

  assert {
    condition     = length(azurerm_role_assignment.github_plan_reads_state) == 0 && length(azurerm_role_assignment.github_apply_keeps_state) == 0
    error_message = "A role on an unknown container."
  }
}

run "the_workspace_gets_roles_only_when_asked" {
  command = plan

  assert {
    condition     = length(azurerm_role_assignment.ml_workspace_storage) == 0 && length(azurerm_role_assignment.ml_workspace_registry) == 0
    error_message = "The service gives these itself, and a second assignment fails."
  }
}
