# Names, tags and the resource group. The other files follow by topic.

data "azurerm_client_config" "current" {}

# Storage, registry, vault and web app names are unique in all of Azure.
resource "random_string" "suffix" {
  length  = 6
  upper   = false
  special = false
}

locals {
  suffix = coalesce(var.name_suffix, random_string.suffix.result)
  name   = "${var.name_prefix}-${local.suffix}"
  # Storage accounts and registries have no hyphens in their names.
  plain_name = "${replace(var.name_prefix, "-", "")}${local.suffix}"

  # 3 to 24 letters and digits; 5 to 50; 3 to 24; 3 to 32. A prefix is at most 12 long, so nothing is cut off.
  app_storage_account_name = "st${local.plain_name}"
  registry_name            = "cr${local.plain_name}"
  app_key_vault_name       = "kv-${local.name}"
  endpoint_name            = coalesce(var.online_endpoint_name, "score-${local.name}")

  tags = merge({ application = "oddrun", managed-by = "terraform" }, var.tags)

  resource_providers = [
    "Microsoft.Consumption",
    "Microsoft.ContainerRegistry",
    "Microsoft.Insights",
    "Microsoft.KeyVault",
    "Microsoft.MachineLearningServices",
    "Microsoft.ManagedIdentity",
    "Microsoft.Network",
    "Microsoft.OperationalInsights",
    "Microsoft.Storage",
    "Microsoft.Web",
  ]
}

resource "azurerm_resource_group" "main" {
  name     = var.resource_group_name
  location = var.location
  tags     = local.tags
}
