# The web app's secrets. Their values are written by people: none passes through Terraform or its state. The vault of
# Azure ML is in ml_resources.tf, and neither side can read the other's.

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
