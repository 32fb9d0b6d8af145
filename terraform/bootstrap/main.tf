# Where the state of the real configuration is kept. Applied once, by a person who owns the subscription, with a local state:
# it has to be there before any workflow can sign in, so it can't be made by one.

terraform {
  required_version = ">= 1.11"

  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = ">= 4.81, < 6.0"
    }

    random = {
      source  = "hashicorp/random"
      version = "~> 3.7"
    }
  }
}

provider "azurerm" {
  subscription_id                 = var.subscription_id
  storage_use_azuread             = true
  resource_provider_registrations = "none"
  resource_providers_to_register  = ["Microsoft.Storage"]

  features {
    storage {
      data_plane_available = false
    }
  }
}

variable "subscription_id" {
  description = "Subscription to keep the state in; null takes ARM_SUBSCRIPTION_ID."
  type        = string
  default     = null
}

variable "resource_group_name" {
  description = "Resource group of the state, another than that of the product: whoever applies the product must not be able to delete it."
  type        = string
  default     = "oddrun-state-rg"
}

variable "location" {
  description = "Azure region."
  type        = string
  default     = "westeurope"
}

variable "state_writer_object_ids" {
  description = "Entra object ids of the people who may apply; null takes whoever applies this (\"az ad signed-in-user show --query id\")."
  type        = set(string)
  default     = null

  validation {
    condition     = alltrue([for id in coalesce(var.state_writer_object_ids, toset([])) : can(regex("^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$", id))])
    error_message = "state_writer_object_ids holds object ids, which are UUIDs, not names."
  }
}

data "azurerm_client_config" "current" {}

resource "random_string" "suffix" {
  length  = 8
  upper   = false
  special = false
}

resource "azurerm_resource_group" "state" {
  name     = var.resource_group_name
  location = var.location
}

resource "azurerm_storage_account" "state" {
  # policy-skip: CKV_AZURE_33 queues are not used, and there is no log workspace yet
  # policy-skip: CKV_AZURE_35 an address list would lock those runners out; every request needs an Entra token with a role on the container
  # policy-skip: CKV_AZURE_59 GitHub's runners read and write the state from addresses that are not fixed
  # policy-skip: CKV2_AZURE_33 there is no virtual network yet
  name                            = "oddrunstate${random_string.suffix.result}"
  resource_group_name             = azurerm_resource_group.state.name
  location                        = azurerm_resource_group.state.location
  account_tier                    = "Standard"
  account_kind                    = "StorageV2"
  account_replication_type        = "GRS"
  min_tls_version                 = "TLS1_2"
  https_traffic_only_enabled      = true
  shared_access_key_enabled       = false
  default_to_oauth_authentication = true
  allow_nested_items_to_be_public = false
  local_user_enabled              = false

  blob_properties {
    # A state written wrongly can be brought back.
    versioning_enabled = true

    delete_retention_policy {
      days = 30
    }

    container_delete_retention_policy {
      days = 30
    }
  }

  sas_policy {
    expiration_period = "00.01:00:00"
    expiration_action = "Block"
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "azurerm_storage_container" "state" {
  name                  = "tfstate"
  storage_account_id    = azurerm_storage_account.state.id
  container_access_type = "private"
}

resource "azurerm_role_assignment" "state_writers" {
  for_each = coalesce(var.state_writer_object_ids, toset([data.azurerm_client_config.current.object_id]))

  scope                = azurerm_storage_container.state.id
  role_definition_name = "Storage Blob Data Contributor"
  principal_id         = each.value
}

output "storage_account_name" {
  description = "For terraform init: -backend-config=\"storage_account_name=...\"."
  value       = azurerm_storage_account.state.name
}

output "tenant_id" {
  description = "For terraform init: -backend-config=\"tenant_id=...\"."
  value       = data.azurerm_client_config.current.tenant_id
}

output "state_container_id" {
  description = "For the variable state_container_id of the real configuration."
  value       = azurerm_storage_container.state.id
}
