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

# AL2023's NVIDIA image has driver and container toolkit but not this. The chart chooses nodes labelled nvidia.com/gpu.present=true, as the module eks labels them, and tolerates their taint: on a cluster without GPU nodes it runs nowhere.
resource "helm_release" "nvidia_device_plugin" {
  count = var.nvidia_device_plugin ? 1 : 0

  name            = "nvidia-device-plugin"
  namespace       = "kube-system"
  repository      = "https://nvidia.github.io/k8s-device-plugin"
  chart           = "nvidia-device-plugin"
  version         = var.nvidia_device_plugin_chart_version
  atomic          = true
  cleanup_on_fail = true

  values = [yamlencode({
    # A node of the GPU label whose driver is broken should show it, not pretend to have no GPU.
    failOnInitError = true

    resources = {
      requests = { cpu = "50m", memory = "64Mi" }
      limits   = { memory = "256Mi" }
    }
  })]
}
