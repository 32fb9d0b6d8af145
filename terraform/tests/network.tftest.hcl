# Who can reach what, in each profile.

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
}

run "by_default_nobody_comes_from_outside_and_a_warning_says_so" {
  command = plan

  assert {
    condition = !(
      azurerm_storage_account.ml.public_network_access_enabled || azurerm_storage_account.app.public_network_access_enabled ||
      azurerm_key_vault.ml.public_network_access_enabled || azurerm_key_vault.app.public_network_access_enabled ||
      azurerm_container_registry.main.public_network_access_enabled || azurerm_machine_learning_workspace.main.public_network_access_enabled
    )
    error_message = "Something is open."
  }

  expect_failures = [check.somebody_can_train]
}

run "an_address_is_let_in_everywhere_it_is_needed" {
  command = plan

  variables {
    allowed_ip_ranges = ["203.0.113.10", "198.51.100.0/24"]
  }

  assert {
    condition     = azurerm_storage_account.ml.network_rules[0].default_action == "Deny" && azurerm_storage_account.ml.network_rules[0].ip_rules == toset(["203.0.113.10", "198.51.100.0/24"])
    error_message = "Storage takes an address without a suffix."
  }

  assert {
    condition     = azurerm_container_registry.main.network_rule_set[0].default_action == "Deny" && toset([for rule in azurerm_container_registry.main.network_rule_set[0].ip_rule : rule.ip_range]) == toset(["203.0.113.10/32", "198.51.100.0/24"])
    error_message = "The registry takes an address with a suffix."
  }

  assert {
    condition     = azurerm_key_vault.app.public_network_access_enabled && azurerm_key_vault.app.network_acls[0].default_action == "Deny"
    error_message = "Secrets can be written from the address, and from nowhere else."
  }

  assert {
    condition     = azurerm_machine_learning_workspace.main.public_network_access_enabled && !azurerm_storage_account.app.public_network_access_enabled && !azurerm_key_vault.ml.public_network_access_enabled
    error_message = "The app's storage and the workspace's vault stay closed."
  }
}

run "githubs_runners_reach_what_training_needs_and_no_vault" {
  command = plan

  variables {
    allow_github_hosted_runners = true
  }

  assert {
    condition     = azurerm_storage_account.ml.network_rules[0].default_action == "Allow" && azurerm_container_registry.main.network_rule_set[0].default_action == "Allow" && azurerm_machine_learning_workspace.main.public_network_access_enabled
    error_message = "Training can't reach storage, registry and workspace."
  }

  assert {
    condition     = !(azurerm_key_vault.app.public_network_access_enabled || azurerm_key_vault.ml.public_network_access_enabled || azurerm_storage_account.app.public_network_access_enabled)
    error_message = "A vault or the app's storage is open."
  }

  assert {
    condition     = !azurerm_storage_account.ml.shared_access_key_enabled && !azurerm_container_registry.main.admin_enabled && !azurerm_container_registry.main.anonymous_pull_enabled
    error_message = "An open address must ask for an Entra token."
  }
}

run "the_private_profile_has_an_endpoint_for_everything" {
  command = plan

  variables {
    network_profile = "private"
  }

  assert {
    condition     = length(azurerm_private_endpoint.ml_workspace) == 1 && length(azurerm_private_endpoint.registry) == 1 && length(azurerm_private_endpoint.ml_storage) == 2
    error_message = "An endpoint is missing."
  }

  assert {
    condition     = length(azurerm_private_dns_zone.main) == 6
    error_message = "A zone is missing."
  }

  assert {
    condition     = !azurerm_machine_learning_workspace.main.public_network_access_enabled && !azurerm_container_registry.main.public_network_access_enabled
    error_message = "Something is open."
  }
}

run "a_standard_registry_has_neither_firewall_nor_endpoint" {
  command = plan

  variables {
    container_registry_sku = "Standard"
    allowed_ip_ranges      = ["203.0.113.10"]
  }

  assert {
    condition     = length(azurerm_private_endpoint.registry) == 0 && length(azurerm_container_registry.main.network_rule_set) == 0 && azurerm_container_registry.main.public_network_access_enabled
    error_message = "Standard knows no firewall."
  }

  assert {
    condition     = !azurerm_linux_web_app.main.vnet_image_pull_enabled
    error_message = "The app must pull over the public address then."
  }
}

run "keys_and_passwords_are_off_everywhere" {
  command = plan

  variables {
    allowed_ip_ranges = ["203.0.113.10"]
  }

  assert {
    condition     = !azurerm_storage_account.app.shared_access_key_enabled && !azurerm_storage_account.ml.shared_access_key_enabled && azurerm_machine_learning_workspace.main.storage_account_access_type == "Identity"
    error_message = "A storage account takes keys."
  }

  assert {
    condition     = azurerm_key_vault.app.rbac_authorization_enabled && azurerm_key_vault.ml.rbac_authorization_enabled && azurerm_key_vault.app.purge_protection_enabled && azurerm_key_vault.ml.purge_protection_enabled
    error_message = "A vault is not governed by roles or can be purged."
  }

  assert {
    condition     = !azurerm_linux_web_app.main.ftp_publish_basic_authentication_enabled && !azurerm_linux_web_app.main.webdeploy_publish_basic_authentication_enabled && azurerm_linux_web_app.main.https_only
    error_message = "The web app takes passwords or plain HTTP."
  }

  assert {
    condition     = !azurerm_application_insights.ml.local_authentication_enabled && !azurerm_log_analytics_workspace.main.local_authentication_enabled
    error_message = "Telemetry is taken in by key."
  }
}
