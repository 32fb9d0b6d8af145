# Who reaches what. The web app goes through the virtual network to vaults, storage and registry in every profile.
#
#   public-restricted  nobody comes from outside until allowed_ip_ranges or allow_github_hosted_runners lets them in
#   private            nobody comes from outside at all; runners and people work inside the network or a peered one

locals {
  is_private     = var.network_profile == "private"
  is_open_to_ips = !local.is_private && length(var.allowed_ip_ranges) > 0
  is_open_to_all = !local.is_private && var.allow_github_hosted_runners
  # Somebody outside is let in to what training and deployment talk to.
  is_reachable = local.is_open_to_ips || local.is_open_to_all
  # The services' rule for an address that no rule names.
  default_action = local.is_open_to_all ? "Allow" : "Deny"

  # The registry's firewall and private endpoint exist in the Premium tier only.
  is_registry_premium = var.container_registry_sku == "Premium"

  # Storage takes single addresses without a suffix, the registry only with one.
  ip_rules       = [for range in var.allowed_ip_ranges : trimsuffix(range, "/32")]
  ip_rule_ranges = [for range in var.allowed_ip_ranges : strcontains(range, "/") ? range : "${range}/32"]

  private_dns_zones = {
    blob     = "privatelink.blob.core.windows.net"
    vault    = "privatelink.vaultcore.azure.net"
    registry = "privatelink.azurecr.io"
  }
  private_profile_dns_zones = {
    file      = "privatelink.file.core.windows.net"
    workspace = "privatelink.api.azureml.ms"
    notebooks = "privatelink.notebooks.azure.net"
  }
  dns_zones = merge(local.private_dns_zones, local.is_private ? local.private_profile_dns_zones : {})
}

resource "azurerm_virtual_network" "main" {
  name                = "vnet-${local.name}"
  resource_group_name = azurerm_resource_group.main.name
  location            = azurerm_resource_group.main.location
  address_space       = [var.virtual_network_address_space]
  tags                = local.tags
}

resource "azurerm_subnet" "endpoints" {
  name                              = "endpoints"
  resource_group_name               = azurerm_resource_group.main.name
  virtual_network_name              = azurerm_virtual_network.main.name
  address_prefixes                  = [cidrsubnet(var.virtual_network_address_space, 2, 0)]
  private_endpoint_network_policies = "Enabled"
}

resource "azurerm_subnet" "web" {
  name                 = "web"
  resource_group_name  = azurerm_resource_group.main.name
  virtual_network_name = azurerm_virtual_network.main.name
  address_prefixes     = [cidrsubnet(var.virtual_network_address_space, 2, 1)]

  delegation {
    name = "web"

    service_delegation {
      name    = "Microsoft.Web/serverFarms"
      actions = ["Microsoft.Network/virtualNetworks/subnets/action"]
    }
  }
}

resource "azurerm_private_dns_zone" "main" {
  for_each = local.dns_zones

  name                = each.value
  resource_group_name = azurerm_resource_group.main.name
  tags                = local.tags
}

# azurerm 4.x and 5.x have no spelling of this link in common.
resource "azapi_resource" "dns_link" {
  for_each = local.dns_zones

  type      = "Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01"
  name      = "vnet"
  parent_id = azurerm_private_dns_zone.main[each.key].id
  location  = "global"

  body = {
    properties = {
      registrationEnabled = false
      virtualNetwork      = { id = azurerm_virtual_network.main.id }
    }
  }
}

resource "azurerm_private_endpoint" "app_storage" {
  name                = "pe-blob-app-${local.name}"
  resource_group_name = azurerm_resource_group.main.name
  location            = azurerm_resource_group.main.location
  subnet_id           = azurerm_subnet.endpoints.id
  tags                = local.tags

  private_service_connection {
    name                           = "blob"
    private_connection_resource_id = azurerm_storage_account.app.id
    subresource_names              = ["blob"]
    is_manual_connection           = false
  }

  private_dns_zone_group {
    name                 = "blob"
    private_dns_zone_ids = [azurerm_private_dns_zone.main["blob"].id]
  }
}

resource "azurerm_private_endpoint" "ml_storage" {
  for_each = toset(local.is_private ? ["blob", "file"] : ["blob"])

  name                = "pe-${each.key}-ml-${local.name}"
  resource_group_name = azurerm_resource_group.main.name
  location            = azurerm_resource_group.main.location
  subnet_id           = azurerm_subnet.endpoints.id
  tags                = local.tags

  private_service_connection {
    name                           = each.key
    private_connection_resource_id = azurerm_storage_account.ml.id
    subresource_names              = [each.key]
    is_manual_connection           = false
  }

  private_dns_zone_group {
    name                 = each.key
    private_dns_zone_ids = [azurerm_private_dns_zone.main[each.key].id]
  }
}

resource "azurerm_private_endpoint" "app_key_vault" {
  name                = "pe-vault-app-${local.name}"
  resource_group_name = azurerm_resource_group.main.name
  location            = azurerm_resource_group.main.location
  subnet_id           = azurerm_subnet.endpoints.id
  tags                = local.tags

  private_service_connection {
    name                           = "vault"
    private_connection_resource_id = azurerm_key_vault.app.id
    subresource_names              = ["vault"]
    is_manual_connection           = false
  }

  private_dns_zone_group {
    name                 = "vault"
    private_dns_zone_ids = [azurerm_private_dns_zone.main["vault"].id]
  }
}

resource "azurerm_private_endpoint" "ml_key_vault" {
  name                = "pe-vault-ml-${local.name}"
  resource_group_name = azurerm_resource_group.main.name
  location            = azurerm_resource_group.main.location
  subnet_id           = azurerm_subnet.endpoints.id
  tags                = local.tags

  private_service_connection {
    name                           = "vault"
    private_connection_resource_id = azurerm_key_vault.ml.id
    subresource_names              = ["vault"]
    is_manual_connection           = false
  }

  private_dns_zone_group {
    name                 = "vault"
    private_dns_zone_ids = [azurerm_private_dns_zone.main["vault"].id]
  }
}

resource "azurerm_private_endpoint" "registry" {
  count = local.is_registry_premium ? 1 : 0

  name                = "pe-registry-${local.name}"
  resource_group_name = azurerm_resource_group.main.name
  location            = azurerm_resource_group.main.location
  subnet_id           = azurerm_subnet.endpoints.id
  tags                = local.tags

  private_service_connection {
    name                           = "registry"
    private_connection_resource_id = azurerm_container_registry.main.id
    subresource_names              = ["registry"]
    is_manual_connection           = false
  }

  private_dns_zone_group {
    name                 = "registry"
    private_dns_zone_ids = [azurerm_private_dns_zone.main["registry"].id]
  }
}

resource "azurerm_private_endpoint" "ml_workspace" {
  count = local.is_private ? 1 : 0

  name                = "pe-workspace-${local.name}"
  resource_group_name = azurerm_resource_group.main.name
  location            = azurerm_resource_group.main.location
  subnet_id           = azurerm_subnet.endpoints.id
  tags                = local.tags

  private_service_connection {
    name                           = "workspace"
    private_connection_resource_id = azurerm_machine_learning_workspace.main.id
    subresource_names              = ["amlworkspace"]
    is_manual_connection           = false
  }

  private_dns_zone_group {
    name                 = "workspace"
    private_dns_zone_ids = [azurerm_private_dns_zone.main["workspace"].id, azurerm_private_dns_zone.main["notebooks"].id]
  }
}

check "somebody_can_train" {
  assert {
    condition     = local.is_private || local.is_reachable
    error_message = "Nobody outside the virtual network can reach the ML storage account, the registry or the workspace, so training and deployment end with 403. Set allowed_ip_ranges to your addresses, or allow_github_hosted_runners = true for the weekly workflow on GitHub's own runners."
  }
}
