# A budget tells, it does not stop anything.

locals {
  this_month = formatdate("YYYY-MM-01'T'00:00:00'Z'", plantimestamp())
}

resource "azurerm_consumption_budget_resource_group" "main" {
  name              = "budget-${local.name}"
  resource_group_id = azurerm_resource_group.main.id
  amount            = var.monthly_budget
  time_grain        = "Monthly"

  time_period {
    start_date = coalesce(var.budget_start_date, local.this_month)
  }

  notification {
    operator       = "GreaterThanOrEqualTo"
    threshold      = 80
    threshold_type = "Actual"
    contact_roles  = ["Owner"]
    contact_emails = var.alert_emails
  }

  notification {
    operator       = "GreaterThanOrEqualTo"
    threshold      = 100
    threshold_type = "Actual"
    contact_roles  = ["Owner"]
    contact_emails = var.alert_emails
  }

  notification {
    operator       = "GreaterThan"
    threshold      = 100
    threshold_type = "Forecasted"
    contact_roles  = ["Owner"]
    contact_emails = var.alert_emails
  }

  lifecycle {
    # It starts in the month of the first apply, and a later plan must not move it: that would replace the budget.
    ignore_changes = [time_period]
  }
}
