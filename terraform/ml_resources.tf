# Azure Machine Learning: the workspace, and the storage account, vault and Application Insights that belong to it.

resource "azurerm_application_insights" "ml" {
  name                         = var.ml_application_insights_name
  resource_group_name          = azurerm_resource_group.main.name
  location                     = azurerm_resource_group.main.location
  workspace_id                 = azurerm_log_analytics_workspace.main.id
  application_type             = "web"
  local_authentication_enabled = false
  ip_masking_enabled           = true
  daily_data_cap_in_gb         = var.log_daily_quota_gb
  tags                         = local.tags
}

resource "azurerm_key_vault" "ml" {
  name                       = var.ml_key_vault_name
  resource_group_name        = azurerm_resource_group.main.name
  location                   = azurerm_resource_group.main.location
  tenant_id                  = data.azurerm_client_config.current.tenant_id
  sku_name                   = "standard"
  rbac_authorization_enabled = true
  purge_protection_enabled   = true
  soft_delete_retention_days = var.key_vault_retention_days
  # The workspace comes in as a trusted service of Azure, and nobody else has to.
  public_network_access_enabled = false
  tags                          = local.tags

  network_acls {
    default_action = "Deny"
    bypass         = "AzureServices"
  }
}

resource "azurerm_storage_account" "ml" {
  name                            = var.ml_storage_account_name
  resource_group_name             = azurerm_resource_group.main.name
  location                        = azurerm_resource_group.main.location
  account_tier                    = "Standard"
  account_kind                    = "StorageV2"
  account_replication_type        = var.storage_replication_type
  min_tls_version                 = "TLS1_2"
  https_traffic_only_enabled      = true
  shared_access_key_enabled       = false
  default_to_oauth_authentication = true
  allow_nested_items_to_be_public = false
  local_user_enabled              = false
  # Training uploads models here from where it runs.
  public_network_access_enabled = local.is_reachable
  tags                          = local.tags

  network_rules {
    default_action = local.default_action
    bypass         = ["AzureServices"]
    ip_rules       = local.is_open_to_ips ? local.ip_rules : []
  }

  blob_properties {
    versioning_enabled = true

    delete_retention_policy {
      days = var.soft_delete_retention_days
    }

    container_delete_retention_policy {
      days = var.soft_delete_retention_days
    }
  }

  sas_policy {
    expiration_period = "01.00:00:00"
    expiration_action = "Block"
  }
}

resource "azurerm_machine_learning_workspace" "main" {
  name                    = var.ml_workspace_name
  resource_group_name     = azurerm_resource_group.main.name
  location                = azurerm_resource_group.main.location
  application_insights_id = azurerm_application_insights.ml.id
  key_vault_id            = azurerm_key_vault.ml.id
  storage_account_id      = azurerm_storage_account.ml.id
  # Changing the registry replaces the workspace.
  container_registry_id         = azurerm_container_registry.main.id
  storage_account_access_type   = "Identity"
  public_network_access_enabled = local.is_reachable
  v1_legacy_mode_enabled        = false
  description                   = "Anomaly detection for GitHub Actions pipelines"
  tags                          = local.tags

  identity {
    type = "SystemAssigned"
  }

  # Deployments reach the closed storage account through this network. It is made when the first one needs it, and can't be switched off again.
  managed_network {
    isolation_mode = var.ml_managed_network_isolation
  }
}

# The service gives the workspace's own identity what it needs. Where it may not, these do.
resource "azurerm_role_assignment" "ml_workspace_storage" {
  count = var.grant_workspace_roles ? 1 : 0

  scope                            = azurerm_storage_account.ml.id
  role_definition_name             = "Storage Blob Data Contributor"
  principal_id                     = azurerm_machine_learning_workspace.main.identity[0].principal_id
  principal_type                   = "ServicePrincipal"
  skip_service_principal_aad_check = true
}

resource "azurerm_role_assignment" "ml_workspace_key_vault" {
  count = var.grant_workspace_roles ? 1 : 0

  scope                            = azurerm_key_vault.ml.id
  role_definition_name             = "Key Vault Secrets Officer"
  principal_id                     = azurerm_machine_learning_workspace.main.identity[0].principal_id
  principal_type                   = "ServicePrincipal"
  skip_service_principal_aad_check = true
}

resource "azurerm_role_assignment" "ml_workspace_registry" {
  count = var.grant_workspace_roles ? 1 : 0

  scope                            = azurerm_container_registry.main.id
  role_definition_name             = "AcrPull"
  principal_id                     = azurerm_machine_learning_workspace.main.identity[0].principal_id
  principal_type                   = "ServicePrincipal"
  skip_service_principal_aad_check = true
}
