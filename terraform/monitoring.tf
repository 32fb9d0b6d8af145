# Logs, and who is told when the web app is unwell. Budget alerts are in budget.tf.

resource "azurerm_log_analytics_workspace" "main" {
  name                         = "log-${local.name}"
  resource_group_name          = azurerm_resource_group.main.name
  location                     = azurerm_resource_group.main.location
  sku                          = "PerGB2018"
  retention_in_days            = var.log_retention_days
  daily_quota_gb               = var.log_daily_quota_gb
  local_authentication_enabled = false
  tags                         = local.tags
}

locals {
  # What is kept of each resource: who did what, not how often.
  audited = {
    app-key-vault = { id = azurerm_key_vault.app.id, categories = ["AuditEvent"] }
    ml-key-vault  = { id = azurerm_key_vault.ml.id, categories = ["AuditEvent"] }
    registry      = { id = azurerm_container_registry.main.id, categories = ["ContainerRegistryLoginEvents", "ContainerRegistryRepositoryEvents"] }
    app-blobs     = { id = "${azurerm_storage_account.app.id}/blobServices/default", categories = ["StorageDelete", "StorageWrite"] }
    ml-blobs      = { id = "${azurerm_storage_account.ml.id}/blobServices/default", categories = ["StorageDelete", "StorageWrite"] }
    web-app       = { id = azurerm_linux_web_app.main.id, categories = ["AppServiceConsoleLogs", "AppServiceHTTPLogs", "AppServicePlatformLogs"] }
    ml-models     = { id = azurerm_machine_learning_workspace.main.id, categories = ["ModelsActionEvent", "ModelsChangeEvent"] }
  }
}

resource "azurerm_monitor_diagnostic_setting" "audit" {
  for_each = local.audited

  name                       = "audit"
  target_resource_id         = each.value.id
  log_analytics_workspace_id = azurerm_log_analytics_workspace.main.id

  dynamic "enabled_log" {
    for_each = each.value.categories

    content {
      category = enabled_log.value
    }
  }
}

# Nothing uses queues, so any request to one is worth a line.
resource "azurerm_monitor_diagnostic_setting" "app_storage_queues" {
  name                       = "audit"
  target_resource_id         = "${azurerm_storage_account.app.id}/queueServices/default"
  log_analytics_workspace_id = azurerm_log_analytics_workspace.main.id

  enabled_log {
    category = "StorageRead"
  }

  enabled_log {
    category = "StorageWrite"
  }

  enabled_log {
    category = "StorageDelete"
  }
}

resource "azurerm_monitor_diagnostic_setting" "ml_storage_queues" {
  name                       = "audit"
  target_resource_id         = "${azurerm_storage_account.ml.id}/queueServices/default"
  log_analytics_workspace_id = azurerm_log_analytics_workspace.main.id

  enabled_log {
    category = "StorageRead"
  }

  enabled_log {
    category = "StorageWrite"
  }

  enabled_log {
    category = "StorageDelete"
  }
}

resource "azurerm_monitor_action_group" "main" {
  name                = "ag-${local.name}"
  resource_group_name = azurerm_resource_group.main.name
  short_name          = "oddrun"
  tags                = local.tags

  dynamic "email_receiver" {
    for_each = var.alert_emails

    content {
      name                    = email_receiver.value
      email_address           = email_receiver.value
      use_common_alert_schema = true
    }
  }
}

resource "azurerm_monitor_metric_alert" "web_app_errors" {
  name                = "web-app-errors-${local.name}"
  resource_group_name = azurerm_resource_group.main.name
  description         = "The web app answered requests with 5xx."
  scopes              = [azurerm_linux_web_app.main.id]
  severity            = 2
  frequency           = "PT5M"
  window_size         = "PT15M"
  tags                = local.tags

  criteria {
    metric_namespace = "Microsoft.Web/sites"
    metric_name      = "Http5xx"
    aggregation      = "Total"
    operator         = "GreaterThan"
    threshold        = var.web_app_error_threshold
  }

  action {
    action_group_id = azurerm_monitor_action_group.main.id
  }
}

resource "azurerm_monitor_metric_alert" "web_app_health" {
  name                = "web-app-health-${local.name}"
  resource_group_name = azurerm_resource_group.main.name
  description         = "An instance of the web app does not answer its health check."
  scopes              = [azurerm_linux_web_app.main.id]
  severity            = 1
  frequency           = "PT5M"
  window_size         = "PT15M"
  tags                = local.tags

  criteria {
    metric_namespace = "Microsoft.Web/sites"
    metric_name      = "HealthCheckStatus"
    aggregation      = "Average"
    operator         = "LessThan"
    threshold        = 100
  }

  action {
    action_group_id = azurerm_monitor_action_group.main.id
  }
}
