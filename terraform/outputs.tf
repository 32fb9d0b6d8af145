# What the workflows and the command line need. No output is a secret; ids and names are none.

output "resource_group_name" {
  description = "Resource group of everything (AZURE_RESOURCE_GROUP)."
  value       = azurerm_resource_group.main.name
}

output "location" {
  description = "Region."
  value       = azurerm_resource_group.main.location
}

output "subscription_id" {
  description = "Subscription (AZURE_SUBSCRIPTION_ID)."
  value       = local.subscription_id
}

output "tenant_id" {
  description = "Entra tenant to sign in to (AZURE_TENANT_ID)."
  value       = data.azurerm_client_config.current.tenant_id
}

output "ml_workspace_name" {
  description = "Azure ML workspace (AZURE_ML_WORKSPACE)."
  value       = azurerm_machine_learning_workspace.main.name
}

output "ml_workspace_id" {
  description = "Resource id of the workspace."
  value       = azurerm_machine_learning_workspace.main.id
}

output "ml_storage_account_name" {
  description = "Storage account that models are uploaded to."
  value       = azurerm_storage_account.ml.name
}

output "ml_key_vault_name" {
  description = "Vault of the workspace."
  value       = azurerm_key_vault.ml.name
}

output "ml_application_insights_name" {
  description = "Application Insights of the workspace and the web app."
  value       = azurerm_application_insights.ml.name
}

output "online_endpoint_name" {
  description = "Name for \"oddrun deploy azureml\" and \"oddrun score --endpoint\" (AZURE_ML_ENDPOINT)."
  value       = local.endpoint_name
}

output "app_storage_account_name" {
  description = "Storage account of the web app."
  value       = azurerm_storage_account.app.name
}

output "app_storage_container_name" {
  description = "Container in it."
  value       = azurerm_storage_container.app.name
}

output "app_key_vault_name" {
  description = "Vault that the web app's secrets are written to."
  value       = azurerm_key_vault.app.name
}

output "app_key_vault_uri" {
  description = "Its address."
  value       = azurerm_key_vault.app.vault_uri
}

output "app_secret_names" {
  description = "Secrets that must be written to it before the web app can start."
  value       = sort(distinct(values(var.web_app_secret_names)))
}

output "container_registry_name" {
  description = "Registry that images are pushed to."
  value       = azurerm_container_registry.main.name
}

output "container_registry_login_server" {
  description = "Its address, the first part of an image's name."
  value       = azurerm_container_registry.main.login_server
}

output "web_app_name" {
  description = "Web app, for the deploy workflow."
  value       = azurerm_linux_web_app.main.name
}

output "web_app_url" {
  description = "Address of the web app."
  value       = "https://${azurerm_linux_web_app.main.default_hostname}"
}

output "web_app_identity_client_id" {
  description = "Client id of the web app's identity."
  value       = azurerm_user_assigned_identity.web.client_id
}

output "virtual_network_id" {
  description = "Virtual network, to peer with the one your runners are in."
  value       = azurerm_virtual_network.main.id
}

output "github_client_ids" {
  description = "Client ids that workflows sign in with, by privilege: plan, apply, deploy, train."
  value = tomap(local.has_github ? merge(
    { plan = azurerm_user_assigned_identity.github_plan[0].client_id },
    { for privilege, identity in azurerm_user_assigned_identity.github : privilege => identity.client_id },
  ) : {})
}

output "github_subjects" {
  description = "Subjects that are trusted, by privilege and form, to compare with what \"oddrun doctor\" says GitHub sends."
  value = tomap(merge(
    { for form, credential in azurerm_federated_identity_credential.github_plan : "plan-${form}" => credential.subject },
    { for name, credential in azurerm_federated_identity_credential.github : name => credential.subject },
  ))
}

output "github_variables" {
  description = "Variables of the repository for the workflows; none is a secret. docs/terraform.md shows how to set them."
  value = tomap(merge(
    {
      AZURE_APP_KEY_VAULT      = azurerm_key_vault.app.name
      AZURE_CONTAINER_REGISTRY = azurerm_container_registry.main.login_server
      AZURE_ML_ENDPOINT        = local.endpoint_name
      AZURE_ML_STORAGE_ACCOUNT = azurerm_storage_account.ml.name
      AZURE_ML_WORKSPACE       = azurerm_machine_learning_workspace.main.name
      AZURE_RESOURCE_GROUP     = azurerm_resource_group.main.name
      AZURE_SUBSCRIPTION_ID    = local.subscription_id
      AZURE_TENANT_ID          = data.azurerm_client_config.current.tenant_id
      AZURE_WEB_APP            = azurerm_linux_web_app.main.name
    },
    local.has_github ? { AZURE_CLIENT_ID_PLAN = azurerm_user_assigned_identity.github_plan[0].client_id } : {},
    { for privilege, identity in azurerm_user_assigned_identity.github : "AZURE_CLIENT_ID_${upper(privilege)}" => identity.client_id },
  ))
}
