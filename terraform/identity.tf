# Who may do what: the web app, and one identity of GitHub Actions for each privilege, without a secret anywhere.
#
#   plan    pull requests                     reads
#   apply   the environment for changes       changes this resource group and gives out the roles below
#   deploy  the environment for deployments   pushes images, reads models, deploys endpoints and the web app
#   train   the default branch                uploads and registers models

locals {
  subscription_id = data.azurerm_client_config.current.subscription_id

  # Every role given in this configuration, and all that the apply identity may give.
  role_ids = {
    "AcrPull"                       = "7f951dda-4ed3-4680-a7ca-43fe172d538d"
    "AcrPush"                       = "8311e382-0749-4cb8-b61a-304f252e45ec"
    "AzureML Data Scientist"        = "f6c7c914-8db3-469d-8ca1-694a8f32e121"
    "Key Vault Secrets Officer"     = "b86a8fe4-44ce-4948-aee5-eccb2c155cd7"
    "Key Vault Secrets User"        = "4633458b-17de-408a-b874-0445c86b69e6"
    "Monitoring Metrics Publisher"  = "3913510d-42f4-4e42-8a64-420c390055eb"
    "Reader"                        = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
    "Storage Blob Data Contributor" = "ba92f5b4-2d11-453d-a403-e96b0029c9fe"
    "Storage Blob Data Reader"      = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"
    "Website Contributor"           = "de139f84-1756-47ae-9be6-808fbbe84772"
  }
}

# ---- the web app ----

resource "random_uuid" "score_role" {}

# The built-in role that may score, AzureML Data Scientist, may also deploy and delete.
resource "azurerm_role_definition" "score" {
  role_definition_id = random_uuid.score_role.result
  name               = "Oddrun scoring ${local.name}"
  description        = "Reads models of a workspace and calls its online endpoints."
  scope              = azurerm_resource_group.main.id
  assignable_scopes  = [azurerm_resource_group.main.id]

  permissions {
    actions = [
      "Microsoft.MachineLearningServices/workspaces/read",
      "Microsoft.MachineLearningServices/workspaces/datastores/read",
      "Microsoft.MachineLearningServices/workspaces/models/read",
      "Microsoft.MachineLearningServices/workspaces/models/versions/read",
      "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/read",
      "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/score/action",
    ]
  }
}

resource "azurerm_role_assignment" "web_scores" {
  scope                            = azurerm_machine_learning_workspace.main.id
  role_definition_id               = azurerm_role_definition.score.role_definition_resource_id
  principal_id                     = azurerm_user_assigned_identity.web.principal_id
  principal_type                   = "ServicePrincipal"
  skip_service_principal_aad_check = true
}

resource "azurerm_role_assignment" "web_pulls_images" {
  scope                            = azurerm_container_registry.main.id
  role_definition_name             = "AcrPull"
  principal_id                     = azurerm_user_assigned_identity.web.principal_id
  principal_type                   = "ServicePrincipal"
  skip_service_principal_aad_check = true
}

resource "azurerm_role_assignment" "web_reads_secrets" {
  scope                            = azurerm_key_vault.app.id
  role_definition_name             = "Key Vault Secrets User"
  principal_id                     = azurerm_user_assigned_identity.web.principal_id
  principal_type                   = "ServicePrincipal"
  skip_service_principal_aad_check = true
}

resource "azurerm_role_assignment" "web_keeps_files" {
  scope                            = azurerm_storage_container.app.id
  role_definition_name             = "Storage Blob Data Contributor"
  principal_id                     = azurerm_user_assigned_identity.web.principal_id
  principal_type                   = "ServicePrincipal"
  skip_service_principal_aad_check = true
}

# The container with the models gets its name from the workspace, so the account is the narrowest scope known here.
resource "azurerm_role_assignment" "web_reads_models" {
  scope                            = azurerm_storage_account.ml.id
  role_definition_name             = "Storage Blob Data Reader"
  principal_id                     = azurerm_user_assigned_identity.web.principal_id
  principal_type                   = "ServicePrincipal"
  skip_service_principal_aad_check = true
}

resource "azurerm_role_assignment" "web_sends_telemetry" {
  scope                            = azurerm_application_insights.ml.id
  role_definition_name             = "Monitoring Metrics Publisher"
  principal_id                     = azurerm_user_assigned_identity.web.principal_id
  principal_type                   = "ServicePrincipal"
  skip_service_principal_aad_check = true
}

# ---- people ----

resource "azurerm_role_assignment" "secret_officers" {
  for_each = var.secret_officer_object_ids

  scope                = azurerm_key_vault.app.id
  role_definition_name = "Key Vault Secrets Officer"
  principal_id         = each.value
}
