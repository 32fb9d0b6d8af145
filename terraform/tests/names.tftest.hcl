# Every name, and the longest that the derived ones get.

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
}

run "the_first_designs_names_are_taken_as_they_are" {
  command = plan

  assert {
    condition     = azurerm_machine_learning_workspace.main.name == "ml-workspace-anomaly-detection" && output.ml_workspace_name == "ml-workspace-anomaly-detection"
    error_message = "The workspace has another name."
  }

  assert {
    condition     = azurerm_storage_account.ml.name == "mlstorageanomalydet" && output.ml_storage_account_name == "mlstorageanomalydet"
    error_message = "The ML storage account has another name."
  }

  assert {
    condition     = azurerm_key_vault.ml.name == "mlkv-anomaly-det" && output.ml_key_vault_name == "mlkv-anomaly-det"
    error_message = "The ML vault has another name."
  }

  assert {
    condition     = azurerm_application_insights.ml.name == "ml-appinsights-anomaly" && output.ml_application_insights_name == "ml-appinsights-anomaly"
    error_message = "Application Insights has another name."
  }

  assert {
    condition     = output.resource_group_name == "flask-app-rg"
    error_message = "The resource group of the first design's commands is the default."
  }
}

run "other_names_come_from_prefix_and_suffix" {
  command = plan

  assert {
    condition = (
      output.app_storage_account_name == "stoddrunabc123" && output.container_registry_name == "croddrunabc123" &&
      output.app_key_vault_name == "kv-oddrun-abc123" && output.web_app_name == "app-oddrun-abc123" &&
      output.online_endpoint_name == "score-oddrun-abc123"
    )
    error_message = "A derived name is not made of prefix and suffix."
  }
}

run "the_longest_prefix_and_suffix_fit" {
  command = plan

  variables {
    name_prefix = "anomaly-prod"
    name_suffix = "westeur1"
  }

  assert {
    condition     = length(azurerm_storage_account.app.name) == 21 && can(regex("^[a-z0-9]{3,24}$", azurerm_storage_account.app.name))
    error_message = "The storage account's name does not fit."
  }

  assert {
    condition     = length(azurerm_key_vault.app.name) == 24 && can(regex("^[a-z][a-z0-9-]+[a-z0-9]$", azurerm_key_vault.app.name))
    error_message = "The vault's name does not fit."
  }

  assert {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}[a-z0-9]$", output.online_endpoint_name)) && can(regex("^[a-zA-Z0-9]{5,50}$", azurerm_container_registry.main.name))
    error_message = "The endpoint's or the registry's name does not fit."
  }
}

run "the_longest_prefix_without_hyphens_fits" {
  command = plan

  variables {
    name_prefix = "abcdefghijkl"
    name_suffix = "12345678"
  }

  assert {
    condition     = length(azurerm_storage_account.app.name) <= 24 && length(azurerm_key_vault.app.name) <= 24
    error_message = "A name of at most 24 characters is longer."
  }
}

run "the_shortest_prefix_and_suffix_fit" {
  command = plan

  variables {
    name_prefix = "ab"
    name_suffix = "12"
  }

  assert {
    condition     = length(azurerm_container_registry.main.name) >= 5 && length(azurerm_storage_account.app.name) >= 3
    error_message = "A name is too short."
  }
}

run "the_app_gets_names_and_references_and_no_secret" {
  command = plan

  variables {
    web_app_secret_names = { ODDRUN_API_KEY = "oddrun-api-key", APPLICATIONINSIGHTS_CONNECTION_STRING = "telemetry" }
    web_app_settings     = { ODDRUN_LOG_LEVEL = "debug" }
  }

  assert {
    condition     = azurerm_linux_web_app.main.app_settings["ODDRUN_API_KEY"] == "@Microsoft.KeyVault(SecretUri=https://vault.vault.azure.net/secrets/oddrun-api-key/)"
    error_message = "The key does not come from the vault."
  }

  assert {
    condition     = azurerm_linux_web_app.main.app_settings["APPLICATIONINSIGHTS_CONNECTION_STRING"] == "@Microsoft.KeyVault(SecretUri=https://vault.vault.azure.net/secrets/telemetry/)"
    error_message = "The connection string does not come from the vault."
  }

  assert {
    condition = (
      azurerm_linux_web_app.main.app_settings["AZURE_ML_WORKSPACE"] == "ml-workspace-anomaly-detection" &&
      azurerm_linux_web_app.main.app_settings["AZURE_RESOURCE_GROUP"] == "flask-app-rg" &&
      azurerm_linux_web_app.main.app_settings["AZURE_SUBSCRIPTION_ID"] == "00000000-0000-4000-8000-000000000001" &&
      azurerm_linux_web_app.main.app_settings["ODDRUN_PORT"] == azurerm_linux_web_app.main.app_settings["WEBSITES_PORT"] &&
      azurerm_linux_web_app.main.app_settings["ODDRUN_LOG_LEVEL"] == "debug"
    )
    error_message = "The settings of Azure ML are not those of the workspace."
  }

  assert {
    condition     = toset(output.app_secret_names) == toset(["oddrun-api-key", "telemetry"])
    error_message = "The secrets to write are not listed."
  }
}

run "the_budget_begins_this_month" {
  command = plan

  assert {
    condition     = azurerm_consumption_budget_resource_group.main.time_period[0].start_date == formatdate("YYYY-MM-01'T'00:00:00'Z'", plantimestamp())
    error_message = "The budget begins in another month."
  }
}
