terraform {
  required_version = ">= 1.11"

  required_providers {
    # Only names that the last 4.x and the 5.x line share are used, so either may be chosen.
    azurerm = {
      source  = "hashicorp/azurerm"
      version = ">= 4.81, < 6.0"
    }

    # For what the two lines of azurerm write differently.
    azapi = {
      source  = "azure/azapi"
      version = "~> 2.5"
    }

    random = {
      source  = "hashicorp/random"
      version = "~> 3.7"
    }
  }
}

# Who signs in comes from outside: `az login` for a person, ARM_USE_OIDC and ARM_CLIENT_ID in GitHub Actions.
provider "azurerm" {
  subscription_id = var.subscription_id

  # Shared keys are off, so the provider must use Entra tokens too.
  storage_use_azuread = true

  resource_provider_registrations = "none"
  resource_providers_to_register  = var.register_resource_providers ? local.resource_providers : []

  features {
    storage {
      # Accounts are closed to the internet: everything goes through the management plane.
      data_plane_available = false
    }

    key_vault {
      # Purge protection forbids purging, and with `true` a destroy would fail on it.
      purge_soft_delete_on_destroy    = false
      recover_soft_deleted_key_vaults = true
    }

    machine_learning {
      # A destroyed workspace is kept for 14 days under its name; purging it is a decision of its own.
      purge_soft_deleted_workspace_on_destroy = false
    }

    resource_group {
      # Azure adds resources of its own to the group, such as smart detection rules.
      prevent_deletion_if_contains_resources = false
    }
  }
}

provider "azapi" {
  subscription_id = var.subscription_id

  # Answers of the service are not copied into the state.
  disable_default_output = true
}
