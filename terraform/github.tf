# GitHub Actions signs in by OpenID Connect. Each identity trusts exactly one subject, in one or two spellings:
# repositories made, renamed or transferred since 15 July 2026 send their numbers with their names.

locals {
  github_audience = ["api://AzureADTokenExchange"]
  github_issuer   = "https://token.actions.githubusercontent.com"

  has_github     = var.github_repository != null
  has_github_ids = var.github_owner_id != null && var.github_repository_id != null

  github_owner      = local.has_github ? split("/", var.github_repository)[0] : ""
  github_repository = local.has_github ? split("/", var.github_repository)[1] : ""

  github_subject_prefixes = {
    classic   = "repo:${local.github_owner}/${local.github_repository}"
    immutable = local.has_github_ids ? "repo:${local.github_owner}@${var.github_owner_id}/${local.github_repository}@${var.github_repository_id}" : null
  }

  # A name alone can be taken by somebody else once it is free, so it is trusted only where there are no numbers, or when asked for.
  github_subject_form  = coalesce(var.github_subject_form, local.has_github_ids ? "immutable" : "classic")
  github_subject_forms = !local.has_github ? toset([]) : local.github_subject_form == "both" ? toset(["classic", "immutable"]) : toset([local.github_subject_form])

  # GitHub writes a colon inside a value as %3A.
  github_writers = local.has_github ? {
    apply  = "environment:${replace(var.github_apply_environment, ":", "%3A")}"
    deploy = "environment:${replace(var.github_deploy_environment, ":", "%3A")}"
    train = (
      var.github_train_environment == null
      ? "ref:refs/heads/${replace(var.github_default_branch, ":", "%3A")}"
      : "environment:${replace(var.github_train_environment, ":", "%3A")}"
    )
  } : {}

  github_writer_credentials = {
    for pair in setproduct(keys(local.github_writers), local.github_subject_forms) :
    "${pair[0]}-${pair[1]}" => { identity = pair[0], subject = "${local.github_subject_prefixes[pair[1]]}:${local.github_writers[pair[0]]}" }
  }
}

# ---- pull requests: nothing but reading ----

resource "azurerm_user_assigned_identity" "github_plan" {
  count = local.has_github ? 1 : 0

  name                = "id-github-plan-${local.name}"
  resource_group_name = azurerm_resource_group.main.name
  location            = azurerm_resource_group.main.location
  tags                = local.tags
}

resource "azurerm_federated_identity_credential" "github_plan" {
  for_each = local.github_subject_forms

  name                      = "github-plan-${each.key}"
  user_assigned_identity_id = azurerm_user_assigned_identity.github_plan[0].id
  audience                  = local.github_audience
  issuer                    = local.github_issuer
  subject                   = "${local.github_subject_prefixes[each.key]}:pull_request"
}

resource "azurerm_role_assignment" "github_plan_reads" {
  count = local.has_github ? 1 : 0

  scope                            = azurerm_resource_group.main.id
  role_definition_name             = "Reader"
  principal_id                     = azurerm_user_assigned_identity.github_plan[0].principal_id
  principal_type                   = "ServicePrincipal"
  skip_service_principal_aad_check = true
}

resource "azurerm_role_assignment" "github_plan_reads_state" {
  count = local.has_github && var.state_container_id != null ? 1 : 0

  scope                            = var.state_container_id
  role_definition_name             = "Storage Blob Data Reader"
  principal_id                     = azurerm_user_assigned_identity.github_plan[0].principal_id
  principal_type                   = "ServicePrincipal"
  skip_service_principal_aad_check = true
}

# ---- apply, deploy and train ----

resource "azurerm_user_assigned_identity" "github" {
  for_each = local.github_writers

  name                = "id-github-${each.key}-${local.name}"
  resource_group_name = azurerm_resource_group.main.name
  location            = azurerm_resource_group.main.location
  tags                = local.tags
}

resource "azurerm_federated_identity_credential" "github" {
  for_each = local.github_writer_credentials

  name                      = "github-${each.key}"
  user_assigned_identity_id = azurerm_user_assigned_identity.github[each.value.identity].id
  audience                  = local.github_audience
  issuer                    = local.github_issuer
  subject                   = each.value.subject
}

resource "azurerm_role_assignment" "github_apply_changes" {
  count = local.has_github ? 1 : 0

  scope                            = azurerm_resource_group.main.id
  role_definition_name             = "Contributor"
  principal_id                     = azurerm_user_assigned_identity.github["apply"].principal_id
  principal_type                   = "ServicePrincipal"
  skip_service_principal_aad_check = true
}

# Gives and takes the listed roles only, and only to and from service principals: neither itself nor a person becomes an owner by it.
resource "azurerm_role_assignment" "github_apply_gives_roles" {
  count = local.has_github ? 1 : 0

  scope                            = azurerm_resource_group.main.id
  role_definition_name             = "Role Based Access Control Administrator"
  principal_id                     = azurerm_user_assigned_identity.github["apply"].principal_id
  principal_type                   = "ServicePrincipal"
  skip_service_principal_aad_check = true
  condition_version                = "2.0"
  condition                        = local.role_condition
}

locals {
  role_id_list = join(", ", values(local.role_ids))

  # One line: Azure changes white space in a stored condition, which would show as drift.
  role_condition = join(" AND ", [
    for action, source in { write = "@Request", delete = "@Resource" } :
    "((!(ActionMatches{'Microsoft.Authorization/roleAssignments/${action}'})) OR (${source}[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {${local.role_id_list}} AND ${source}[Microsoft.Authorization/roleAssignments:PrincipalType] ForAnyOfAnyValues:StringEqualsIgnoreCase {'ServicePrincipal'}))"
  ])
}

resource "azurerm_role_assignment" "github_apply_keeps_state" {
  count = local.has_github && var.state_container_id != null ? 1 : 0

  scope                            = var.state_container_id
  role_definition_name             = "Storage Blob Data Contributor"
  principal_id                     = azurerm_user_assigned_identity.github["apply"].principal_id
  principal_type                   = "ServicePrincipal"
  skip_service_principal_aad_check = true
}

resource "azurerm_role_assignment" "github_deploy_endpoints" {
  count = local.has_github ? 1 : 0

  scope                            = azurerm_machine_learning_workspace.main.id
  role_definition_name             = "AzureML Data Scientist"
  principal_id                     = azurerm_user_assigned_identity.github["deploy"].principal_id
  principal_type                   = "ServicePrincipal"
  skip_service_principal_aad_check = true
}

resource "azurerm_role_assignment" "github_deploy_pushes_images" {
  count = local.has_github ? 1 : 0

  scope                            = azurerm_container_registry.main.id
  role_definition_name             = "AcrPush"
  principal_id                     = azurerm_user_assigned_identity.github["deploy"].principal_id
  principal_type                   = "ServicePrincipal"
  skip_service_principal_aad_check = true
}

resource "azurerm_role_assignment" "github_deploy_web_app" {
  count = local.has_github ? 1 : 0

  scope                            = azurerm_linux_web_app.main.id
  role_definition_name             = "Website Contributor"
  principal_id                     = azurerm_user_assigned_identity.github["deploy"].principal_id
  principal_type                   = "ServicePrincipal"
  skip_service_principal_aad_check = true
}

# What is to be served is looked at before it is served: the files of the registered version lie in the ML storage account.
resource "azurerm_role_assignment" "github_deploy_reads_models" {
  count = local.has_github ? 1 : 0

  scope                            = azurerm_storage_account.ml.id
  role_definition_name             = "Storage Blob Data Reader"
  principal_id                     = azurerm_user_assigned_identity.github["deploy"].principal_id
  principal_type                   = "ServicePrincipal"
  skip_service_principal_aad_check = true
}

resource "azurerm_role_assignment" "github_train_registers_models" {
  count = local.has_github ? 1 : 0

  scope                            = azurerm_machine_learning_workspace.main.id
  role_definition_name             = "AzureML Data Scientist"
  principal_id                     = azurerm_user_assigned_identity.github["train"].principal_id
  principal_type                   = "ServicePrincipal"
  skip_service_principal_aad_check = true
}

resource "azurerm_role_assignment" "github_train_uploads_models" {
  count = local.has_github ? 1 : 0

  scope                            = azurerm_storage_account.ml.id
  role_definition_name             = "Storage Blob Data Contributor"
  principal_id                     = azurerm_user_assigned_identity.github["train"].principal_id
  principal_type                   = "ServicePrincipal"
  skip_service_principal_aad_check = true
}
