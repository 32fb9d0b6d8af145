# The web app's storage. That of Azure ML is in ml_resources.tf.

resource "azurerm_storage_account" "app" {
  name                            = local.app_storage_account_name
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
  # Only the web app uses it, through the private endpoint.
  public_network_access_enabled = false
  tags                          = local.tags

  network_rules {
    default_action = "Deny"
    bypass         = ["AzureServices"]
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

  # Signed links need a user's delegation key, since shared keys are off; they end after a day.
  sas_policy {
    expiration_period = "01.00:00:00"
    expiration_action = "Block"
  }
}

resource "azurerm_storage_container" "app" {
  name                  = "oddrun"
  storage_account_id    = azurerm_storage_account.app.id
  container_access_type = "private"
}
