# A company's network: nothing but the web app is reachable from outside, workflows sign in without a secret, and runners
# work in a network that is peered with this one.

terraform {
  required_version = ">= 1.11"
}

module "oddrun" {
  source = "../.."

  ml_workspace_name            = "ml-workspace-anomaly-detection"
  ml_storage_account_name      = "mlstorageanomalydet"
  ml_key_vault_name            = "mlkv-anomaly-det"
  ml_application_insights_name = "ml-appinsights-anomaly"

  resource_group_name = "rg-anomaly-detection"
  location            = "northeurope"
  name_prefix         = "anomaly"
  tags                = { cost-centre = "platform" }

  network_profile               = "private"
  virtual_network_address_space = "10.60.4.0/24"
  ml_managed_network_isolation  = "AllowOnlyApprovedOutbound"
  storage_replication_type      = "GZRS"
  key_vault_retention_days      = 90
  secret_officer_object_ids     = ["00000000-0000-4000-8000-0000000000aa"]

  service_plan_sku          = "P0v3"
  web_app_instance_count    = 3
  web_app_image             = "oddrun:1.0.0"
  web_app_health_check_path = "/health/ready"
  web_app_settings          = { ODDRUN_DATA_DIR = "/tmp/oddrun" }
  web_app_secret_names      = { ODDRUN_API_KEY = "oddrun-api-key" }
  online_endpoint_name      = "anomaly-score"

  # The repository moves over to subjects with numbers in them: both are trusted until it has.
  github_repository        = "octo-org/octo-repo"
  github_owner_id          = 1342004
  github_repository_id     = 1296269
  github_subject_form      = "both"
  github_train_environment = "azure-training"
  state_container_id       = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/oddrun-state-rg/providers/Microsoft.Storage/storageAccounts/oddrunstate/blobServices/default/containers/tfstate"

  # The identities of GitHub Actions have no right on the subscription.
  register_resource_providers = false

  log_retention_days = 90
  log_daily_quota_gb = 5
  alert_emails       = ["platform@example.com"]
  monthly_budget     = 500
}

output "github_variables" {
  description = "Variables of the repository for the workflows."
  value       = module.oddrun.github_variables
}

output "virtual_network_id" {
  description = "Network to peer the runners' network with."
  value       = module.oddrun.virtual_network_id
}
