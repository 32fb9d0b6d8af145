# The web app's secrets. The vault of Azure ML is in ml_resources.tf: neither can read the other's.

resource "azurerm_key_vault" "app" {
  name                          = local.app_key_vault_name
  resource_group_name           = azurerm_resource_group.main.name
  location                      = azurerm_resource_group.main.location
  tenant_id                     = data.azurerm_client_config.current.tenant_id
  sku_name                      = "standard"
  rbac_authorization_enabled    = true
  purge_protection_enabled      = true
  soft_delete_retention_days    = var.key_vault_retention_days
  public_network_access_enabled = local.is_open_to_ips
  tags                          = local.tags

  network_acls {
    default_action = "Deny"
    bypass         = "AzureServices"
    ip_rules       = local.is_open_to_ips ? local.ip_rule_ranges : []
  }
}

# By way of the management plane, since the vault is closed to Terraform's machine, and write-only, so that it is in no state.
resource "azapi_resource" "telemetry_secret" {
  type      = "Microsoft.KeyVault/vaults/secrets@2023-07-01"
  name      = "applicationinsights-connection-string"
  parent_id = azurerm_key_vault.app.id

  body = {
    properties = { contentType = "text/plain" }
  }

  sensitive_body = {
    properties = { value = azurerm_application_insights.ml.connection_string }
  }

  # Sent again when the Application Insights resource is another one.
  sensitive_body_version = { "properties.value" = azurerm_application_insights.ml.name }
}
