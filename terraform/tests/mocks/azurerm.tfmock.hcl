# What Azure would answer, in the form the provider checks.

mock_data "azurerm_client_config" {
  defaults = {
    tenant_id       = "00000000-0000-4000-8000-000000000002"
    subscription_id = "00000000-0000-4000-8000-000000000001"
  }
}

mock_resource "azurerm_resource_group" {
  defaults = { id = "/subscriptions/s/resourceGroups/g" }
}

mock_resource "azurerm_virtual_network" {
  defaults = { id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/vnet" }
}

mock_resource "azurerm_subnet" {
  defaults = { id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/vnet/subnets/subnet" }
}

mock_resource "azurerm_private_dns_zone" {
  defaults = { id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/privateDnsZones/zone" }
}

mock_resource "azurerm_storage_account" {
  defaults = { id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/storage" }
}

mock_resource "azurerm_storage_container" {
  defaults = { id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/app/blobServices/default/containers/oddrun" }
}

mock_resource "azurerm_container_registry" {
  defaults = {
    id           = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/registry"
    login_server = "registry.azurecr.io"
  }
}

mock_resource "azurerm_key_vault" {
  defaults = {
    id        = "/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/vault"
    vault_uri = "https://vault.vault.azure.net/"
  }
}

mock_resource "azurerm_log_analytics_workspace" {
  defaults = { id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.OperationalInsights/workspaces/logs" }
}

mock_resource "azurerm_application_insights" {
  defaults = { id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Insights/components/insights" }
}

mock_resource "azurerm_machine_learning_workspace" {
  defaults = { id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/workspace" }
}

mock_resource "azurerm_service_plan" {
  defaults = { id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Web/serverFarms/plan" }
}

mock_resource "azurerm_linux_web_app" {
  defaults = {
    id               = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Web/sites/app"
    default_hostname = "app.azurewebsites.net"
  }
}

mock_resource "azurerm_user_assigned_identity" {
  defaults = {
    id           = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/identity"
    client_id    = "00000000-0000-4000-8000-000000000003"
    principal_id = "00000000-0000-4000-8000-000000000004"
  }
}

mock_resource "azurerm_monitor_action_group" {
  defaults = { id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Insights/actionGroups/group" }
}

mock_resource "azurerm_role_definition" {
  defaults = { role_definition_resource_id = "/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/00000000-0000-4000-8000-000000000005" }
}
