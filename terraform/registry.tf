# Images of the scoring server and the web app.

resource "azurerm_container_registry" "main" {
  # policy-skip: CKV_AZURE_165 one region is enough for images that can be built again, and no spelling of georeplications fits azurerm 4.x and 5.x
  # policy-skip: CKV_AZURE_166 nothing here would release a quarantined image, so none could be pulled
  name                          = local.registry_name
  resource_group_name           = azurerm_resource_group.main.name
  location                      = azurerm_resource_group.main.location
  sku                           = var.container_registry_sku
  admin_enabled                 = false
  anonymous_pull_enabled        = false
  role_assignment_mode          = "LegacyRegistryPermissions"
  public_network_access_enabled = local.is_registry_premium ? local.is_reachable : true
  network_rule_bypass_option    = "AzureServices"
  retention_policy_in_days      = local.is_registry_premium ? var.untagged_image_retention_days : null
  tags                          = local.tags

  dynamic "network_rule_set" {
    for_each = local.is_registry_premium ? [local.default_action] : []

    content {
      default_action = network_rule_set.value

      dynamic "ip_rule" {
        for_each = local.is_open_to_ips ? local.ip_rule_ranges : []

        content {
          action   = "Allow"
          ip_range = ip_rule.value
        }
      }
    }
  }
}
