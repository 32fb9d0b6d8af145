# The web app: our image, pulled and run with an identity of its own.

resource "azurerm_user_assigned_identity" "web" {
  name                = "id-web-${local.name}"
  resource_group_name = azurerm_resource_group.main.name
  location            = azurerm_resource_group.main.location
  tags                = local.tags
}

resource "azurerm_service_plan" "main" {
  name                = "asp-${local.name}"
  resource_group_name = azurerm_resource_group.main.name
  location            = azurerm_resource_group.main.location
  os_type             = "Linux"
  sku_name            = var.service_plan_sku
  worker_count        = var.web_app_instance_count
  tags                = local.tags
}

locals {
  vault_reference = "@Microsoft.KeyVault(SecretUri=${azurerm_key_vault.app.vault_uri}secrets/%s/)"

  # Without a version in it, a reference is renewed within a day of a new secret.
  app_secrets = { for setting, secret in var.web_app_secret_names : setting => format(local.vault_reference, secret) }

  app_settings = merge(
    {
      AZURE_CLIENT_ID         = azurerm_user_assigned_identity.web.client_id
      AZURE_ML_ENDPOINT       = local.endpoint_name
      AZURE_ML_WORKSPACE      = azurerm_machine_learning_workspace.main.name
      AZURE_RESOURCE_GROUP    = azurerm_resource_group.main.name
      AZURE_SUBSCRIPTION_ID   = local.subscription_id
      AZURE_TENANT_ID         = data.azurerm_client_config.current.tenant_id
      AZURE_TOKEN_CREDENTIALS = "ManagedIdentityCredential"

      # The image listens where the platform looks.
      ODDRUN_PORT = tostring(var.web_app_port)

      WEBSITES_ENABLE_APP_SERVICE_STORAGE = "false"
      WEBSITES_PORT                       = tostring(var.web_app_port)
    },
    var.web_app_settings,
    local.app_secrets,
  )
}

resource "azurerm_linux_web_app" "main" {
  # policy-skip: CKV_AZURE_13 the application asks for a bearer key or a webhook signature itself, and browsers are no callers of the score route
  # policy-skip: CKV_AZURE_17 neither GitHub's webhooks nor the callers of the score route bring a client certificate
  # policy-skip: CKV_AZURE_88 a mount of Azure Files needs an account key, and keys are off
  # policy-skip: CKV_AZURE_222 GitHub sends webhooks and workflows send scores from addresses that are not fixed
  name                                           = "app-${local.name}"
  resource_group_name                            = azurerm_resource_group.main.name
  location                                       = azurerm_resource_group.main.location
  service_plan_id                                = azurerm_service_plan.main.id
  https_only                                     = true
  client_affinity_enabled                        = false
  ftp_publish_basic_authentication_enabled       = false
  webdeploy_publish_basic_authentication_enabled = false
  key_vault_reference_identity_id                = azurerm_user_assigned_identity.web.id
  virtual_network_subnet_id                      = azurerm_subnet.web.id
  vnet_image_pull_enabled                        = local.is_registry_premium
  app_settings                                   = local.app_settings
  tags                                           = local.tags

  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.web.id]
  }

  site_config {
    always_on                         = true
    ftps_state                        = "Disabled"
    http2_enabled                     = true
    minimum_tls_version               = "1.2"
    scm_minimum_tls_version           = "1.2"
    remote_debugging_enabled          = false
    app_command_line                  = var.web_app_command
    health_check_path                 = var.web_app_health_check_path
    health_check_eviction_time_in_min = 5
    # A Linux app reaches a vault behind a private endpoint only so. Requests to the internet keep the app's own addresses.
    vnet_route_all_enabled                        = true
    container_registry_use_managed_identity       = true
    container_registry_managed_identity_client_id = azurerm_user_assigned_identity.web.client_id
    # The deployment site of the app is for nobody: images come from the registry.
    scm_ip_restriction_default_action = "Deny"

    application_stack {
      docker_image_name   = var.web_app_image
      docker_registry_url = "https://${azurerm_container_registry.main.login_server}"
    }
  }

  logs {
    detailed_error_messages = true
    failed_request_tracing  = true

    http_logs {
      file_system {
        retention_in_days = 7
        retention_in_mb   = 35
      }
    }
  }

  lifecycle {
    # Which image runs is a matter of releases: the deploy workflow sets it by digest.
    ignore_changes = [site_config[0].application_stack[0].docker_image_name]
  }

  # The first start pulls the image and reads the secrets.
  depends_on = [
    azurerm_private_endpoint.app_key_vault,
    azurerm_private_endpoint.registry,
    azurerm_role_assignment.web_pulls_images,
    azurerm_role_assignment.web_reads_secrets,
    azapi_resource.dns_link,
  ]
}
