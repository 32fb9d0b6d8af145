# The names of the first design. Each is unique in its scope, so they are given, not made up.

variable "ml_workspace_name" {
  description = "Name of the Azure Machine Learning workspace."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9_-]{2,32}$", var.ml_workspace_name))
    error_message = "ml_workspace_name is 3 to 33 letters, digits, hyphens and underscores and starts with a letter or digit, such as \"ml-workspace-anomaly-detection\"."
  }
}

variable "ml_storage_account_name" {
  description = "Name of the storage account of Azure ML: models, data, run records. Unique in all of Azure."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]{3,24}$", var.ml_storage_account_name))
    error_message = "ml_storage_account_name is 3 to 24 lower-case letters and digits, such as \"mlstorageanomalydet\"."
  }
}

variable "ml_key_vault_name" {
  description = "Name of the Key Vault of Azure ML. Unique in all of Azure, and taken for key_vault_retention_days after a destroy."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z][A-Za-z0-9-]{1,22}[A-Za-z0-9]$", var.ml_key_vault_name)) && !strcontains(var.ml_key_vault_name, "--")
    error_message = "ml_key_vault_name is 3 to 24 letters, digits and single hyphens, starts with a letter and ends with a letter or digit, such as \"mlkv-anomaly-det\"."
  }
}

variable "ml_application_insights_name" {
  description = "Name of the Application Insights of the workspace and the web app."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9._()-]{1,260}$", var.ml_application_insights_name)) && !endswith(var.ml_application_insights_name, ".")
    error_message = "ml_application_insights_name is 1 to 260 letters, digits and . _ ( ) - and does not end in a dot, such as \"ml-appinsights-anomaly\"."
  }
}

# Where everything is

variable "subscription_id" {
  description = "Subscription to create everything in; null takes ARM_SUBSCRIPTION_ID."
  type        = string
  default     = null

  validation {
    condition     = var.subscription_id == null || can(regex("^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$", var.subscription_id))
    error_message = "subscription_id is a UUID; \"az account show --query id\" prints it."
  }
}

variable "resource_group_name" {
  description = "Resource group for everything, created here. The default is the name in the first design's commands."
  type        = string
  default     = "flask-app-rg"

  validation {
    condition     = can(regex("^[A-Za-z0-9._()-]{1,90}$", var.resource_group_name)) && !endswith(var.resource_group_name, ".")
    error_message = "resource_group_name is 1 to 90 letters, digits and . _ ( ) - and does not end in a dot."
  }
}

variable "location" {
  description = "Azure region."
  type        = string
  default     = "westeurope"

  validation {
    condition     = can(regex("^[a-z]+[a-z0-9]*$", var.location))
    error_message = "location is the short name of a region, such as \"westeurope\"; \"az account list-locations\" lists them."
  }
}

variable "name_prefix" {
  description = "Start of the names that no variable of its own gives."
  type        = string
  default     = "oddrun"

  validation {
    condition     = can(regex("^[a-z]([a-z0-9]|-[a-z0-9]){1,11}$", var.name_prefix)) && length(var.name_prefix) <= 12
    error_message = "name_prefix is 2 to 12 lower-case letters, digits and single hyphens and starts with a letter: longer, and the storage account's name would not fit in 24."
  }
}

variable "name_suffix" {
  description = "End of those names; null makes up six letters and digits, so that they are free."
  type        = string
  default     = null

  validation {
    condition     = var.name_suffix == null || can(regex("^[a-z0-9]{2,8}$", var.name_suffix))
    error_message = "name_suffix is 2 to 8 lower-case letters and digits."
  }
}

variable "tags" {
  description = "Tags for every resource, beside application and managed-by."
  type        = map(string)
  default     = {}
}

variable "register_resource_providers" {
  description = "Register the resource providers that are used. It takes a right on the subscription, which the identities of GitHub Actions do not have: set it to false there (TF_VAR_register_resource_providers)."
  type        = bool
  default     = true
}

# Network

variable "network_profile" {
  description = "\"public-restricted\" lets in from outside only whom allowed_ip_ranges and allow_github_hosted_runners name; \"private\" lets nobody in but the virtual network."
  type        = string
  default     = "public-restricted"

  validation {
    condition     = contains(["public-restricted", "private"], var.network_profile)
    error_message = "network_profile is \"public-restricted\" or \"private\"."
  }

  validation {
    condition     = var.network_profile != "private" || (length(var.allowed_ip_ranges) == 0 && !var.allow_github_hosted_runners)
    error_message = "With network_profile = \"private\" nobody comes from outside: empty allowed_ip_ranges and set allow_github_hosted_runners to false, or choose \"public-restricted\"."
  }

  validation {
    condition     = var.network_profile != "private" || var.container_registry_sku == "Premium"
    error_message = "network_profile = \"private\" needs container_registry_sku = \"Premium\": other registries have no private endpoint."
  }
}

variable "allowed_ip_ranges" {
  description = "Public IPv4 addresses and ranges that may reach the ML storage account, the registry, the app's vault and, since it knows no ranges, switch the workspace's public address on. Sign-in is by Entra all the same."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for range in var.allowed_ip_ranges : can(cidrhost(strcontains(range, "/") ? range : "${range}/32", 0)) && !strcontains(range, ":")])
    error_message = "allowed_ip_ranges holds IPv4 addresses and ranges such as \"203.0.113.10\" or \"203.0.113.0/24\"."
  }

  validation {
    condition     = alltrue([for range in var.allowed_ip_ranges : !can(regex("/([0-7]|31|32)$", range))])
    error_message = "allowed_ip_ranges: write one address without a suffix, two as two addresses (storage takes neither /31 nor /32), and nothing wider than /8."
  }

  validation {
    condition     = alltrue([for range in var.allowed_ip_ranges : !can(regex("^(10\\.|127\\.|169\\.254\\.|192\\.168\\.|172\\.(1[6-9]|2[0-9]|3[01])\\.)", range))])
    error_message = "allowed_ip_ranges holds public addresses; private ones such as 10.0.0.0/8 never arrive at Azure's services. \"curl https://api.ipify.org\" shows yours."
  }
}

variable "allow_github_hosted_runners" {
  description = "Let the ML storage account, the registry and the workspace answer any address, because GitHub's own runners have no fixed ones. Nothing is anonymous: keys are off and every request needs an Entra token with a role."
  type        = bool
  default     = false
}

variable "virtual_network_address_space" {
  description = "Address range of the virtual network, /16 to /26; a quarter each for private endpoints and the web app."
  type        = string
  default     = "10.40.0.0/24"

  validation {
    condition     = can(cidrhost(var.virtual_network_address_space, 0)) && can(regex("/(1[6-9]|2[0-6])$", var.virtual_network_address_space))
    error_message = "virtual_network_address_space is a range from /16 to /26, such as \"10.40.0.0/24\"."
  }
}

variable "ml_managed_network_isolation" {
  description = "How jobs and endpoints of the workspace reach out: \"AllowInternetOutbound\" or \"AllowOnlyApprovedOutbound\". Once chosen it can be tightened, not switched off."
  type        = string
  default     = "AllowInternetOutbound"

  validation {
    condition     = contains(["AllowInternetOutbound", "AllowOnlyApprovedOutbound"], var.ml_managed_network_isolation)
    error_message = "ml_managed_network_isolation is \"AllowInternetOutbound\" or \"AllowOnlyApprovedOutbound\": endpoints reach the closed storage account through the managed network only."
  }
}

# Storage, registry, vaults

variable "storage_replication_type" {
  description = "How both storage accounts are replicated."
  type        = string
  default     = "GRS"

  validation {
    condition     = contains(["LRS", "ZRS", "GRS", "RAGRS", "GZRS", "RAGZRS"], var.storage_replication_type)
    error_message = "storage_replication_type is LRS, ZRS, GRS, RAGRS, GZRS or RAGZRS. LRS and ZRS keep no copy in another region."
  }
}

variable "soft_delete_retention_days" {
  description = "Days a deleted blob or container can be brought back."
  type        = number
  default     = 14

  validation {
    condition     = var.soft_delete_retention_days >= 7 && var.soft_delete_retention_days <= 365 && floor(var.soft_delete_retention_days) == var.soft_delete_retention_days
    error_message = "soft_delete_retention_days is a whole number from 7 to 365."
  }
}

variable "container_registry_sku" {
  description = "\"Premium\" has a firewall, a private endpoint and removes untagged images; \"Standard\" costs less and is open to any address with an Entra token."
  type        = string
  default     = "Premium"

  validation {
    condition     = contains(["Standard", "Premium"], var.container_registry_sku)
    error_message = "container_registry_sku is \"Standard\" or \"Premium\"."
  }
}

variable "untagged_image_retention_days" {
  description = "Days until a Premium registry removes an image that no tag names any more."
  type        = number
  default     = 30

  validation {
    condition     = var.untagged_image_retention_days >= 1 && var.untagged_image_retention_days <= 365
    error_message = "untagged_image_retention_days is 1 to 365."
  }
}

variable "key_vault_retention_days" {
  description = "Days a deleted vault or secret is kept, and its name taken. Set once: Azure does not change it later."
  type        = number
  default     = 30

  validation {
    condition     = var.key_vault_retention_days >= 7 && var.key_vault_retention_days <= 90
    error_message = "key_vault_retention_days is 7 to 90."
  }
}

variable "secret_officer_object_ids" {
  description = "Entra object ids of people or groups who may write the app's secrets (\"az ad signed-in-user show --query id\")."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for id in var.secret_officer_object_ids : can(regex("^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$", id))])
    error_message = "secret_officer_object_ids holds object ids, which are UUIDs, not names."
  }
}

variable "grant_workspace_roles" {
  description = "Give the workspace's identity its data roles here. The service does that by itself; set it to true only where it may not, otherwise the assignments exist already and the apply fails."
  type        = bool
  default     = false
}

# Web app

variable "service_plan_sku" {
  description = "Size of the web app's plan. Free and shared plans have neither always-on nor a virtual network."
  type        = string
  default     = "B1"

  validation {
    condition     = can(regex("^(B[1-3]|S[1-3]|P[0-3]v[34]|P[1-5]mv[34])$", var.service_plan_sku))
    error_message = "service_plan_sku is a plan with always-on and virtual networks, such as B1, S1 or P0v3."
  }
}

variable "web_app_instance_count" {
  description = "Instances of the web app. Two let the health check take one out. Use 1 when the app keeps runs in its own SQLite file, which instances can't share."
  type        = number
  default     = 2

  validation {
    condition     = var.web_app_instance_count >= 1 && var.web_app_instance_count <= 30 && floor(var.web_app_instance_count) == var.web_app_instance_count
    error_message = "web_app_instance_count is a whole number from 1 to 30."
  }
}

variable "web_app_image" {
  description = "Image in the registry that the web app starts with; afterwards the deploy workflow sets it by digest, and a plan leaves it alone."
  type        = string
  default     = "oddrun:latest"

  validation {
    condition     = can(regex("^[a-z0-9]+([._/-][a-z0-9]+)*(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}|@sha256:[0-9a-f]{64})$", var.web_app_image))
    error_message = "web_app_image is a repository with a tag or digest and without the registry, such as \"oddrun:1.4.0\" or \"oddrun@sha256:...\"."
  }
}

variable "web_app_command" {
  description = "Command to start the image with; null keeps the image's own."
  type        = string
  default     = null
}

variable "web_app_port" {
  description = "Port the image listens on; it is told so by ODDRUN_PORT."
  type        = number
  default     = 8080

  validation {
    condition     = var.web_app_port >= 1 && var.web_app_port <= 65535
    error_message = "web_app_port is 1 to 65535."
  }
}

variable "web_app_health_check_path" {
  description = "Path that answers 200 when an instance works: /health/live for the process, /health/ready to demand a model too."
  type        = string
  default     = "/health/live"

  validation {
    condition     = can(regex("^/[A-Za-z0-9/_.-]*$", var.web_app_health_check_path))
    error_message = "web_app_health_check_path begins with a slash, such as \"/health/live\"."
  }
}

variable "web_app_settings" {
  description = "Further settings of the web app. No secrets: they belong in web_app_secret_names."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for name in keys(var.web_app_settings) : !can(regex("(?i)(PASSWORD|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY|CONNECTION_?STRING)$", name))])
    error_message = "web_app_settings would write a secret into the state. Put its value in the vault and its name in web_app_secret_names."
  }
}

variable "web_app_secret_names" {
  description = "Settings of the web app that come from its vault: name of the setting to name of the secret. The values are written with \"az keyvault secret set\", never here."
  type        = map(string)
  default     = { ODDRUN_API_KEY = "oddrun-api-key" }

  validation {
    condition     = alltrue([for secret in values(var.web_app_secret_names) : can(regex("^[0-9A-Za-z-]{1,127}$", secret))])
    error_message = "web_app_secret_names names secrets by 1 to 127 letters, digits and hyphens; it does not hold their values."
  }
}

variable "online_endpoint_name" {
  description = "Name of the online endpoint that \"oddrun deploy azureml\" makes, unique in its region; null derives one."
  type        = string
  default     = null

  validation {
    condition     = var.online_endpoint_name == null || (can(regex("^[a-z][a-z0-9-]{1,30}[a-z0-9]$", var.online_endpoint_name)) && !strcontains(coalesce(var.online_endpoint_name, "-"), "--"))
    error_message = "online_endpoint_name is 3 to 32 lower-case letters, digits and single hyphens, starts with a letter and ends with a letter or digit."
  }
}

# GitHub

variable "github_repository" {
  description = "Repository whose workflows may sign in, \"owner/name\"; null makes no identities for GitHub."
  type        = string
  default     = null

  validation {
    condition     = var.github_repository == null || can(regex("^[A-Za-z0-9]([A-Za-z0-9_]|-[A-Za-z0-9]){0,38}/[A-Za-z0-9._-]{1,100}$", var.github_repository))
    error_message = "github_repository is one repository, \"owner/name\": no address, no wildcard, no whole organisation."
  }
}

variable "github_owner_id" {
  description = "Number of the repository's owner (\"gh api repos/OWNER/NAME --jq .owner.id\"). With github_repository_id it makes the subject that repositories send since 15 July 2026."
  type        = number
  default     = null

  validation {
    condition     = var.github_owner_id == null || (coalesce(var.github_owner_id, 1) > 0 && floor(coalesce(var.github_owner_id, 1)) == coalesce(var.github_owner_id, 1))
    error_message = "github_owner_id is a number such as 1342004."
  }

  validation {
    condition     = (var.github_owner_id == null) == (var.github_repository_id == null)
    error_message = "github_owner_id and github_repository_id belong together: give both or neither."
  }
}

variable "github_repository_id" {
  description = "Number of the repository (\"gh api repos/OWNER/NAME --jq .id\")."
  type        = number
  default     = null

  validation {
    condition     = var.github_repository_id == null || (coalesce(var.github_repository_id, 1) > 0 && floor(coalesce(var.github_repository_id, 1)) == coalesce(var.github_repository_id, 1))
    error_message = "github_repository_id is a number such as 1296269."
  }
}

variable "github_subject_form" {
  description = "Subject that is trusted: \"classic\" by name, \"immutable\" by name and number, \"both\" while a repository moves over. Null takes immutable when the numbers are given, else classic. \"oddrun doctor\" tells which one GitHub sends."
  type        = string
  default     = null

  validation {
    condition     = var.github_subject_form == null || contains(["classic", "immutable", "both"], coalesce(var.github_subject_form, "classic"))
    error_message = "github_subject_form is \"classic\", \"immutable\" or \"both\"."
  }

  validation {
    condition     = coalesce(var.github_subject_form, "classic") == "classic" || (var.github_owner_id != null && var.github_repository_id != null)
    error_message = "github_subject_form: the immutable subject holds numbers, so give github_owner_id and github_repository_id."
  }
}

variable "github_default_branch" {
  description = "Branch whose runs may train, when github_train_environment is null."
  type        = string
  default     = "main"

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9._/:#@+-]*$", var.github_default_branch)) && !startswith(var.github_default_branch, "refs/")
    error_message = "github_default_branch is the plain name of one branch, such as \"main\": no wildcard, no refs/heads/."
  }
}

variable "github_apply_environment" {
  description = "Environment of the job that applies this configuration. Protect it with reviewers."
  type        = string
  default     = "azure-infrastructure"

  validation {
    condition     = can(regex("^[^*?\\s]{1,255}$", var.github_apply_environment))
    error_message = "github_apply_environment is the name of one environment: no wildcard, no spaces."
  }
}

variable "github_deploy_environment" {
  description = "Environment of the job that pushes images and deploys. Protect it with reviewers or a branch rule."
  type        = string
  default     = "azure-production"

  validation {
    condition     = can(regex("^[^*?\\s]{1,255}$", var.github_deploy_environment))
    error_message = "github_deploy_environment is the name of one environment: no wildcard, no spaces."
  }

  validation {
    condition     = var.github_deploy_environment != var.github_apply_environment
    error_message = "github_deploy_environment and github_apply_environment differ, so that a deployment can't change the infrastructure."
  }
}

variable "github_train_environment" {
  description = "Environment of the training job, if it has one: GitHub then sends it in place of the branch."
  type        = string
  default     = null

  validation {
    condition     = var.github_train_environment == null || can(regex("^[^*?\\s]{1,255}$", coalesce(var.github_train_environment, "-")))
    error_message = "github_train_environment is the name of one environment: no wildcard, no spaces."
  }

  validation {
    condition     = var.github_train_environment == null || !contains([var.github_apply_environment, var.github_deploy_environment], coalesce(var.github_train_environment, "-"))
    error_message = "github_train_environment is an environment of its own, so that training can neither deploy nor change the infrastructure."
  }
}

variable "state_container_id" {
  description = "Resource id of the container with this configuration's state (output of bootstrap/); the plan identity reads it, the apply identity writes it."
  type        = string
  default     = null

  validation {
    condition     = var.state_container_id == null || can(regex("^/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\\.Storage/storageAccounts/[^/]+/blobServices/default/containers/[^/]+$", var.state_container_id))
    error_message = "state_container_id is the resource id of a blob container: /subscriptions/.../storageAccounts/NAME/blobServices/default/containers/NAME."
  }
}

# Logs, alerts, budget

variable "log_retention_days" {
  description = "Days that logs are kept."
  type        = number
  default     = 30

  validation {
    condition     = var.log_retention_days >= 30 && var.log_retention_days <= 730
    error_message = "log_retention_days is 30 to 730."
  }
}

variable "log_daily_quota_gb" {
  description = "Most that logs and telemetry may take in per day, in GB. What comes after is dropped."
  type        = number
  default     = 1

  validation {
    condition     = var.log_daily_quota_gb > 0
    error_message = "log_daily_quota_gb is more than 0, such as 0.5."
  }
}

variable "alert_emails" {
  description = "Who is told about alerts. The budget's alerts also go to the owners of the subscription or resource group."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for email in var.alert_emails : can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", email))]) && length(distinct(var.alert_emails)) == length(var.alert_emails)
    error_message = "alert_emails holds different e-mail addresses."
  }
}

variable "web_app_error_threshold" {
  description = "Answers with 5xx within 15 minutes from which an alert goes out."
  type        = number
  default     = 5

  validation {
    condition     = var.web_app_error_threshold >= 0
    error_message = "web_app_error_threshold is 0 or more."
  }
}

variable "monthly_budget" {
  description = "Monthly budget of the resource group, in the currency of the subscription. Alerts at 80 %, at 100 % and when the month is forecast to exceed it."
  type        = number
  default     = 200

  validation {
    condition     = var.monthly_budget > 0
    error_message = "monthly_budget is more than 0. Azure sends alerts by it and stops nothing."
  }
}

variable "budget_start_date" {
  description = "First of the month the budget counts from, such as \"2027-01-01T00:00:00Z\"; null takes the month of the first apply. Azure refuses a month before the current one."
  type        = string
  default     = null

  validation {
    condition     = var.budget_start_date == null || can(regex("^[0-9]{4}-(0[1-9]|1[0-2])-01T00:00:00Z$", var.budget_start_date))
    error_message = "budget_start_date is the first of a month at midnight UTC, such as \"2027-01-01T00:00:00Z\"."
  }
}
