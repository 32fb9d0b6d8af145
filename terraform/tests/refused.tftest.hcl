# Every value that is refused, by the variable that refuses it.

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

run "short_workspace_name" {
  command = plan
  variables {
    ml_workspace_name = "ml"
  }
  expect_failures = [var.ml_workspace_name]
}

run "workspace_name_with_a_space" {
  command = plan
  variables {
    ml_workspace_name = "ml workspace"
  }
  expect_failures = [var.ml_workspace_name]
}

run "storage_name_with_a_hyphen" {
  command = plan
  variables {
    ml_storage_account_name = "ml-storage"
  }
  expect_failures = [var.ml_storage_account_name]
}

run "storage_name_of_25" {
  command = plan
  variables {
    ml_storage_account_name = "abcdefghijklmnopqrstuvwxy"
  }
  expect_failures = [var.ml_storage_account_name]
}

run "vault_name_of_25" {
  command = plan
  variables {
    ml_key_vault_name = "abcdefghijklmnopqrstuvwxy"
  }
  expect_failures = [var.ml_key_vault_name]
}

run "vault_name_with_two_hyphens" {
  command = plan
  variables {
    ml_key_vault_name = "mlkv--anomaly"
  }
  expect_failures = [var.ml_key_vault_name]
}

run "vault_name_that_starts_with_a_digit" {
  command = plan
  variables {
    ml_key_vault_name = "1mlkv"
  }
  expect_failures = [var.ml_key_vault_name]
}

run "insights_name_with_a_dot_at_the_end" {
  command = plan
  variables {
    ml_application_insights_name = "insights."
  }
  expect_failures = [var.ml_application_insights_name]
}

run "subscription_by_name" {
  command = plan
  variables {
    subscription_id = "Pay-As-You-Go"
  }
  expect_failures = [var.subscription_id]
}

run "resource_group_with_a_slash" {
  command = plan
  variables {
    resource_group_name = "a/b"
  }
  expect_failures = [var.resource_group_name]
}

run "location_as_shown_in_the_portal" {
  command = plan
  variables {
    location = "West Europe"
  }
  expect_failures = [var.location]
}

run "prefix_of_13" {
  command = plan
  variables {
    name_prefix = "abcdefghijklm"
  }
  expect_failures = [var.name_prefix]
}

run "prefix_with_two_hyphens" {
  command = plan
  variables {
    name_prefix = "odd--run"
  }
  expect_failures = [var.name_prefix]
}

run "prefix_with_capitals" {
  command = plan
  variables {
    name_prefix = "Oddrun"
  }
  expect_failures = [var.name_prefix]
}

run "suffix_of_9" {
  command = plan
  variables {
    name_suffix = "123456789"
  }
  expect_failures = [var.name_suffix]
}

run "unknown_profile" {
  command = plan
  variables {
    network_profile = "public"
  }
  expect_failures = [var.network_profile]
}

run "private_with_allowed_addresses" {
  command = plan
  variables {
    network_profile = "private"
  }
  expect_failures = [var.network_profile]
}

run "private_address" {
  command = plan
  variables {
    allowed_ip_ranges = ["10.1.2.3"]
  }
  expect_failures = [var.allowed_ip_ranges]
}

run "range_of_two_addresses" {
  command = plan
  variables {
    allowed_ip_ranges = ["203.0.113.0/31"]
  }
  expect_failures = [var.allowed_ip_ranges]
}

run "the_whole_internet" {
  command = plan
  variables {
    allowed_ip_ranges = ["0.0.0.0/0"]
  }
  expect_failures = [var.allowed_ip_ranges]
}

run "address_of_version_6" {
  command = plan
  variables {
    allowed_ip_ranges = ["2001:db8::1"]
  }
  expect_failures = [var.allowed_ip_ranges]
}

run "no_address_at_all" {
  command = plan
  variables {
    allowed_ip_ranges = ["office"]
  }
  expect_failures = [var.allowed_ip_ranges]
}

run "network_that_is_too_small" {
  command = plan
  variables {
    virtual_network_address_space = "10.0.0.0/28"
  }
  expect_failures = [var.virtual_network_address_space]
}

run "switched_off_isolation" {
  command = plan
  variables {
    ml_managed_network_isolation = "Disabled"
  }
  expect_failures = [var.ml_managed_network_isolation]
}

run "unknown_replication" {
  command = plan
  variables {
    storage_replication_type = "TRIPLE"
  }
  expect_failures = [var.storage_replication_type]
}

run "too_short_soft_delete" {
  command = plan
  variables {
    soft_delete_retention_days = 1
  }
  expect_failures = [var.soft_delete_retention_days]
}

run "basic_registry" {
  command = plan
  variables {
    container_registry_sku = "Basic"
  }
  expect_failures = [var.container_registry_sku]
}

run "vault_kept_for_a_year" {
  command = plan
  variables {
    key_vault_retention_days = 365
  }
  expect_failures = [var.key_vault_retention_days]
}

run "officer_by_name" {
  command = plan
  variables {
    secret_officer_object_ids = ["me@example.com"]
  }
  expect_failures = [var.secret_officer_object_ids]
}

run "free_plan" {
  command = plan
  variables {
    service_plan_sku = "F1"
  }
  expect_failures = [var.service_plan_sku]
}

run "no_instances" {
  command = plan
  variables {
    web_app_instance_count = 0
  }
  expect_failures = [var.web_app_instance_count]
}

run "image_with_its_registry" {
  command = plan
  variables {
    web_app_image = "cr.azurecr.io/oddrun"
  }
  expect_failures = [var.web_app_image]
}

run "health_check_without_a_slash" {
  command = plan
  variables {
    web_app_health_check_path = "health"
  }
  expect_failures = [var.web_app_health_check_path]
}

run "secret_among_the_settings" {
  command = plan
  variables {
    web_app_settings = { ODDRUN_API_KEY = "0123456789" }
  }
  expect_failures = [var.web_app_settings]
}

run "value_in_place_of_a_secrets_name" {
  command = plan
  variables {
    web_app_secret_names = { ODDRUN_API_KEY = "p@ssw0rd!" }
  }
  expect_failures = [var.web_app_secret_names]
}

run "endpoint_name_of_33" {
  command = plan
  variables {
    online_endpoint_name = "abcdefghijklmnopqrstuvwxyzabcdefg"
  }
  expect_failures = [var.online_endpoint_name]
}

run "state_container_by_name" {
  command = plan
  variables {
    state_container_id = "tfstate"
  }
  expect_failures = [var.state_container_id]
}

run "logs_for_a_day" {
  command = plan
  variables {
    log_retention_days = 1
  }
  expect_failures = [var.log_retention_days]
}

run "no_logs_at_all" {
  command = plan
  variables {
    log_daily_quota_gb = 0
  }
  expect_failures = [var.log_daily_quota_gb]
}

run "email_without_a_domain" {
  command = plan
  variables {
    alert_emails = ["team"]
  }
  expect_failures = [var.alert_emails]
}

run "budget_of_nothing" {
  command = plan
  variables {
    monthly_budget = 0
  }
  expect_failures = [var.monthly_budget]
}

run "budget_from_mid_month" {
  command = plan
  variables {
    budget_start_date = "2027-01-15T00:00:00Z"
  }
  expect_failures = [var.budget_start_date]
}

run "repository_number_below_zero" {
  command = plan
  variables {
    github_repository_id = -1
  }
  expect_failures = [var.github_repository_id]
}

