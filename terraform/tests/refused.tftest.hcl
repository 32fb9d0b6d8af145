# Values that are refused. A run holds one bad value of each variable, and each variable must refuse its own.

mock_provider "azurerm" {
  source          = "./tests/mocks"
  override_during = plan
}

mock_provider "azapi" {}

mock_provider "random" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  ml_workspace_name            = "ml-workspace-anomaly-detection"
  ml_storage_account_name      = "mlstorageanomalydet"
  ml_key_vault_name            = "mlkv-anomaly-det"
  ml_application_insights_name = "ml-appinsights-anomaly"
  allowed_ip_ranges            = ["203.0.113.10"]
}

run "one_bad_value_of_each_variable" {
  command = plan

  variables {
    ml_workspace_name             = "ml"                                # short workspace name
    ml_storage_account_name       = "ml-storage"                        # storage name with a hyphen
    ml_key_vault_name             = "abcdefghijklmnopqrstuvwxy"         # vault name of 25
    ml_application_insights_name  = "insights."                         # insights name with a dot at the end
    subscription_id               = "Pay-As-You-Go"                     # subscription by name
    resource_group_name           = "a/b"                               # resource group with a slash
    location                      = "West Europe"                       # location as shown in the portal
    name_prefix                   = "abcdefghijklm"                     # prefix of 13
    name_suffix                   = "123456789"                         # suffix of 9
    allowed_ip_ranges             = ["10.1.2.3"]                        # private address
    virtual_network_address_space = "10.0.0.0/28"                       # network that is too small
    ml_managed_network_isolation  = "Disabled"                          # switched off isolation
    storage_replication_type      = "TRIPLE"                            # unknown replication
    soft_delete_retention_days    = 1                                   # too short soft delete
    container_registry_sku        = "Basic"                             # basic registry
    key_vault_retention_days      = 365                                 # vault kept for a year
    secret_officer_object_ids     = ["me@example.com"]                  # officer by name
    service_plan_sku              = "F1"                                # free plan
    web_app_instance_count        = 0                                   # no instances
    web_app_image                 = "cr.azurecr.io/oddrun"              # image with its registry
    web_app_health_check_path     = "health"                            # health check without a slash
    web_app_settings              = { ODDRUN_API_KEY = "0123456789" }   # secret among the settings
    web_app_secret_names          = { ODDRUN_API_KEY = "p@ssw0rd!" }    # value in place of a secrets name
    online_endpoint_name          = "abcdefghijklmnopqrstuvwxyzabcdefg" # endpoint name of 33
    state_container_id            = "tfstate"                           # state container by name
    log_retention_days            = 1                                   # logs for a day
    log_daily_quota_gb            = 0                                   # no logs at all
    alert_emails                  = ["team"]                            # email without a domain
    monthly_budget                = 0                                   # budget of nothing
    budget_start_date             = "2027-01-15T00:00:00Z"              # budget from mid month
    github_repository_id          = -1                                  # repository number below zero
  }

  expect_failures = [
    var.ml_workspace_name,
    var.ml_storage_account_name,
    var.ml_key_vault_name,
    var.ml_application_insights_name,
    var.subscription_id,
    var.resource_group_name,
    var.location,
    var.name_prefix,
    var.name_suffix,
    var.allowed_ip_ranges,
    var.virtual_network_address_space,
    var.ml_managed_network_isolation,
    var.storage_replication_type,
    var.soft_delete_retention_days,
    var.container_registry_sku,
    var.key_vault_retention_days,
    var.secret_officer_object_ids,
    var.service_plan_sku,
    var.web_app_instance_count,
    var.web_app_image,
    var.web_app_health_check_path,
    var.web_app_settings,
    var.web_app_secret_names,
    var.online_endpoint_name,
    var.state_container_id,
    var.log_retention_days,
    var.log_daily_quota_gb,
    var.alert_emails,
    var.monthly_budget,
    var.budget_start_date,
    var.github_repository_id,
  ]
}

run "a_second_bad_value" {
  command = plan

  variables {
    ml_workspace_name        = "ml workspace"              # workspace name with a space
    ml_storage_account_name  = "abcdefghijklmnopqrstuvwxy" # storage name of 25
    ml_key_vault_name        = "mlkv--anomaly"             # vault name with two hyphens
    name_prefix              = "odd--run"                  # prefix with two hyphens
    allowed_ip_ranges        = ["203.0.113.0/31"]          # range of two addresses
    github_apply_environment = "*"                         # any environment
  }

  expect_failures = [
    var.ml_workspace_name,
    var.github_apply_environment,
    var.ml_storage_account_name,
    var.ml_key_vault_name,
    var.name_prefix,
    var.allowed_ip_ranges,
  ]
}

run "a_third_bad_value" {
  command = plan

  variables {
    ml_key_vault_name = "1mlkv"       # vault name that starts with a digit
    name_prefix       = "Oddrun"      # prefix with capitals
    allowed_ip_ranges = ["0.0.0.0/0"] # the whole internet
  }

  expect_failures = [
    var.ml_key_vault_name,
    var.name_prefix,
    var.allowed_ip_ranges,
  ]
}

run "allowed_addresses_in_the_private_profile" {
  command = plan

  variables {
    network_profile = "private" # private with allowed addresses
  }

  expect_failures = [
    var.network_profile,
  ]
}

run "what_depends_on_other_variables" {
  command = plan

  variables {
    network_profile          = "public"           # there is no such profile
    github_train_environment = "azure-production" # training could deploy
  }

  expect_failures = [
    var.network_profile,
    var.github_train_environment,
  ]
}

run "a_private_registry_below_premium" {
  command = plan

  variables {
    allowed_ip_ranges      = []
    network_profile        = "private"
    container_registry_sku = "Standard"
  }

  expect_failures = [var.network_profile]
}

run "an_address_of_version_6" {
  command = plan

  variables {
    allowed_ip_ranges = ["2001:db8::1"]
  }

  expect_failures = [var.allowed_ip_ranges]
}
