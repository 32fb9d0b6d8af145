# The least that makes everything: four names. Nobody comes from outside yet; the plan's warning says how to change that.

terraform {
  required_version = ">= 1.11"
}

module "oddrun" {
  source = "../.."

  ml_workspace_name            = "ml-workspace-anomaly-detection"
  ml_storage_account_name      = "mlstorageanomalydet"
  ml_key_vault_name            = "mlkv-anomaly-det"
  ml_application_insights_name = "ml-appinsights-anomaly"
}

output "web_app_url" {
  description = "Address of the web app."
  value       = module.oddrun.web_app_url
}
