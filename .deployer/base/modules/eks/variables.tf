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

variable "cluster_subnet_ids" {
  description = "Subnets for the control plane's network interfaces, in at least two availability zones: the intra subnets, which need no way out. With compute mode `auto` the node subnets are used instead."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.cluster_subnet_ids) >= 2
    error_message = "EKS places the control plane in at least two availability zones: give two or more subnets."
  }
}

variable "node_subnet_ids" {
  description = "Private subnets for nodes and pods. The VPC CNI takes an address for every pod, so they should be large (/20 or more)."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.node_subnet_ids) >= 2
    error_message = "Nodes need subnets in at least two availability zones."
  }
}

variable "kubernetes_version" {
  description = "Kubernetes minor version, for example \"1.34\". EKS upgrades one minor version at a time and never goes back."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^1\\.[0-9]{2}$", var.kubernetes_version))
    error_message = "Give the minor version only, such as \"1.34\": EKS chooses the patch."
  }
}

variable "compute_mode" {
  description = "Where pods run: `managed` (managed node groups) or `auto` (EKS Auto Mode)."
  type        = string
  default     = "managed"
  nullable    = false

  validation {
    condition     = contains(["managed", "auto"], var.compute_mode)
    error_message = "The compute mode is \"managed\" or \"auto\"."
  }
}

variable "admin_principals" {
  description = "ARNs of the IAM roles or users with full access to the cluster. The role that deploys must be one of them: later stacks reach Kubernetes with it."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.admin_principals) >= 1
    error_message = "Without an administrator nobody could reach the cluster: its creator gets no access of its own."
  }

  validation {
    condition     = alltrue([for arn in var.admin_principals : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:(role|user)/", arn))])
    error_message = "Give ARNs of IAM roles or users (arn:aws:iam::111122223333:role/name), not of an assumed-role session (arn:aws:sts::…)."
  }
}

variable "endpoint_public_access" {
  description = "Whether the Kubernetes API is also reachable from `public_access_cidrs` over the internet. Nodes and `private_access_cidrs` always reach it inside the VPC."
  type        = bool
  default     = false
  nullable    = false
}

variable "public_access_cidrs" {
  description = "IPv4 ranges that may reach the public endpoint, for example an office's or a VPN's."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for cidr in var.public_access_cidrs : can(cidrnetmask(cidr)) && try(tonumber(split("/", cidr)[1]) >= 8, false)])
    error_message = "Every entry must be an IPv4 range of /8 or narrower: the API is not to be open to the whole internet."
  }
}

variable "private_access_cidrs" {
  description = "IPv4 ranges that may reach the private endpoint besides nodes and pods: the VPC's own for a runner or bastion in it, a VPN's, a peered network's."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for cidr in var.private_access_cidrs : can(cidrnetmask(cidr)) && try(tonumber(split("/", cidr)[1]) >= 8, false)])
    error_message = "Every entry must be an IPv4 range of /8 or narrower."
  }
}

variable "deletion_protection" {
  description = "Whether EKS refuses to delete the cluster until this is set to false and applied."
  type        = bool
  default     = true
  nullable    = false
}

variable "log_retention_days" {
  description = "Days that control-plane logs, and container logs where they are collected, are kept."
  type        = number
  default     = 90
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "CloudWatch Logs keeps logs for 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653 days."
  }
}

variable "permissions_boundary_arn" {
  description = "ARN of the permissions boundary for the roles made here; null for none."
  type        = string
  default     = null
}

variable "vpc_id" {
  description = "ID of the VPC the nodes are in; needed with compute_mode managed."
  type        = string
  default     = null

  validation {
    condition     = var.compute_mode != "managed" || var.vpc_id != null
    error_message = "Managed node groups need vpc_id, for their security group."
  }
}

variable "system_instance_types" {
  description = "Instance types of the system nodes, which carry CoreDNS, controllers and agents, in order of preference."
  type        = list(string)
  default     = ["m7i.large", "m6i.large"]
  nullable    = false

  validation {
    condition     = length(var.system_instance_types) > 0 && !anytrue([for type in var.system_instance_types : can(regex("^[a-z]+[0-9]+g[a-z]*\\.", type))])
    error_message = "Give at least one x86_64 instance type; Graviton types (m7g, c7gn, …) need another AMI and another image."
  }
}

variable "system_node_count" {
  description = "Fewest and most system nodes. Two spread CoreDNS over two zones."
  type = object({
    min = number
    max = number
  })
  default  = { min = 2, max = 4 }
  nullable = false

  validation {
    condition     = var.system_node_count.min >= 1 && var.system_node_count.min <= var.system_node_count.max
    error_message = "At least one system node is needed, and the maximum must not be below the minimum."
  }
}

variable "gpu_groups" {
  description = "Node groups for models by name, one per GPU family: accelerator `nvidia` or `none` (for models that run on CPU), x86_64 instance types (for SPOT several with the same GPU memory), capacity ON_DEMAND, SPOT or CAPACITY_BLOCK, fewest and most nodes, subnets (default: node_subnet_ids), root disk in GiB, and a capacity reservation (cr-…), which CAPACITY_BLOCK needs and ON_DEMAND may have."
  type = map(object({
    accelerator    = optional(string, "nvidia")
    instance_types = list(string)
    capacity       = optional(string, "ON_DEMAND")
    min            = optional(number, 0)
    max            = number
    subnet_ids     = optional(list(string))
    disk_gib       = optional(number, 200)
    reservation_id = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name, _ in var.gpu_groups : can(regex("^[a-z][a-z0-9-]{0,30}$", name)) && name != "system"])
    error_message = "A group's name has up to 31 lower-case letters, digits and hyphens, starts with a letter and is not \"system\"."
  }

  validation {
    condition     = alltrue([for group in values(var.gpu_groups) : contains(["nvidia", "none"], group.accelerator)])
    error_message = "The accelerator is \"nvidia\" or \"none\"."
  }

  validation {
    condition     = alltrue([for group in values(var.gpu_groups) : contains(["ON_DEMAND", "SPOT", "CAPACITY_BLOCK"], group.capacity)])
    error_message = "The capacity is \"ON_DEMAND\", \"SPOT\" or \"CAPACITY_BLOCK\"."
  }

  validation {
    condition     = alltrue([for group in values(var.gpu_groups) : length(group.instance_types) > 0 && !anytrue([for type in group.instance_types : can(regex("^[a-z]+[0-9]+g[a-z]*\\.", type))])])
    error_message = "Every group needs at least one x86_64 instance type; Graviton types (g5g, m7g, …) need another AMI and another image."
  }

  validation {
    condition     = alltrue([for group in values(var.gpu_groups) : group.min >= 0 && group.max >= 1 && group.min <= group.max])
    error_message = "A group has at least 0 and at most max nodes, and max is 1 or more."
  }

  validation {
    condition     = alltrue([for group in values(var.gpu_groups) : group.disk_gib >= 50 && group.disk_gib <= 16384])
    error_message = "The root disk is 50 to 16384 GiB: the system, the driver and one inference image fill about 40."
  }

  validation {
    condition     = alltrue([for group in values(var.gpu_groups) : group.reservation_id == null ? group.capacity != "CAPACITY_BLOCK" : group.capacity != "SPOT" && can(regex("^cr-[0-9a-f]+$", group.reservation_id))])
    error_message = "CAPACITY_BLOCK needs a reservation_id (cr-…), ON_DEMAND may have one, SPOT must not."
  }

  validation {
    condition     = alltrue([for group in values(var.gpu_groups) : group.capacity != "CAPACITY_BLOCK" || (length(group.instance_types) == 1 && try(length(group.subnet_ids), 0) == 1)])
    error_message = "A capacity block is one instance type in one availability zone: give exactly one of each, the subnet in subnet_ids."
  }
}

variable "addon_versions" {
  description = "Pinned add-on versions by add-on name, for example { coredns = \"v1.12.4-eksbuild.1\" }. What is not named follows AWS's default for the Kubernetes version."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "container_insights" {
  description = "Whether the CloudWatch Observability add-on collects metrics of nodes, pods and GPUs, and the logs of containers."
  type        = bool
  default     = true
  nullable    = false
}
