# Written by deployer. Edit freely: generating again keeps every edit.

variable "project" {
  description = "Project name: the first part of every resource name."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,15}$", var.project))
    error_message = "The project name needs 2 to 16 lower-case letters, digits or hyphens, and starts with a letter."
  }
}

variable "environment" {
  description = "Environment name: the second part of every resource name."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,15}$", var.environment))
    error_message = "The environment name needs 2 to 16 lower-case letters, digits or hyphens, and starts with a letter."
  }
}

variable "tags" {
  description = "Tags added to every taggable resource, on top of the provider's default tags."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "cluster_name" {
  description = "Name of the EKS cluster, whose compute mode is `managed`: Auto Mode brings both services itself."
  type        = string
  nullable    = false
}

variable "cluster_autoscaler_chart_version" {
  description = "Version of the cluster-autoscaler Helm chart."
  type        = string
  default     = "9.57.0"
  nullable    = false
}

variable "cluster_autoscaler_image_tag" {
  description = "Tag of the Cluster Autoscaler image, whose minor version should be that of Kubernetes (for example \"v1.34.2\"); null for the chart's own."
  type        = string
  default     = null

  validation {
    condition     = var.cluster_autoscaler_image_tag == null || can(regex("^v1\\.[0-9]+\\.[0-9]+$", var.cluster_autoscaler_image_tag))
    error_message = "Give a released version such as \"v1.34.2\"."
  }
}

variable "cluster_autoscaler_replicas" {
  description = "Cluster Autoscaler pods. One works at a time; a second takes over at once when its node goes."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.cluster_autoscaler_replicas >= 1 && var.cluster_autoscaler_replicas <= 3
    error_message = "One to three replicas: only one works at a time."
  }
}

variable "permissions_boundary_arn" {
  description = "ARN of the permissions boundary for the roles made here; null for none."
  type        = string
  default     = null
}

variable "nvidia_device_plugin" {
  description = "Whether nodes with NVIDIA GPUs get the device plugin, which tells Kubernetes about them. Without it no pod can ask for one."
  type        = bool
  default     = false
  nullable    = false
}

variable "nvidia_device_plugin_chart_version" {
  description = "Version of the nvidia-device-plugin Helm chart."
  type        = string
  default     = "0.17.4"
  nullable    = false

  validation {
    condition     = can(regex("^0\\.[0-9]+\\.[0-9]+$", var.nvidia_device_plugin_chart_version))
    error_message = "Give a released chart version such as \"0.17.4\"."
  }
}
