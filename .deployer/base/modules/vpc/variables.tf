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

variable "cidr" {
  description = "IPv4 range of the VPC, from /16 to /20. It cannot be changed later without replacing everything in the VPC."
  type        = string
  default     = "10.0.0.0/16"
  nullable    = false

  validation {
    condition     = can(cidrhost(var.cidr, 0)) && can(regex("/(16|17|18|19|20)$", var.cidr))
    error_message = "The range must be an IPv4 CIDR block from /16 to /20, for example 10.0.0.0/16."
  }

  validation {
    condition     = try(cidrsubnet(var.cidr, 0, 0) == var.cidr, false)
    error_message = "The range must start at its network address: 10.0.0.0/16, not 10.0.1.0/16."
  }
}

variable "az_ids" {
  description = "Availability Zone ids, two or three, for example use1-az1. Ids mean the same zone in every account, names do not. Append only: a zone's position decides its subnets' addresses."
  type        = list(string)
  nullable    = false

  validation {
    condition     = contains([2, 3], length(var.az_ids)) && length(distinct(var.az_ids)) == length(var.az_ids)
    error_message = "Name two or three different Availability Zones."
  }

  validation {
    condition     = alltrue([for id in var.az_ids : can(regex("^[a-z]+[0-9]+-az[0-9]+$", id))])
    error_message = "Use zone ids such as use1-az1, not zone names such as us-east-1a."
  }

  # The zones that the EKS guide excludes for control planes; VPC links of API Gateway are missing in use1-az3 as well.
  validation {
    condition     = length(setintersection(var.az_ids, ["use1-az3", "usw1-az2", "cac1-az3"])) == 0
    error_message = "EKS places no control plane in use1-az3, usw1-az2 and cac1-az3; choose another zone."
  }
}

variable "subnet_cidrs" {
  description = "IPv4 ranges of the subnets by tier, as an organisation's address plan gives them, in the order of az_ids; null divides `cidr` as the module does. A change replaces the subnet."
  type = object({
    public  = list(string)
    private = list(string)
    intra   = list(string)
  })
  default = null

  validation {
    condition     = var.subnet_cidrs == null ? true : alltrue([for cidrs in values(var.subnet_cidrs) : length(cidrs) == length(var.az_ids)])
    error_message = "Each tier of subnet_cidrs lists one range for each zone of az_ids."
  }

  validation {
    condition = var.subnet_cidrs == null ? true : alltrue([
      for cidr in flatten(values(var.subnet_cidrs)) : try(cidrsubnet(cidr, 0, 0) == cidr && tonumber(split("/", cidr)[1]) <= 28, false)
    ])
    error_message = "Every range of subnet_cidrs is an IPv4 CIDR block, no smaller than /28, that starts at its network address: 10.0.32.0/19, not 10.0.33.0/19."
  }

  # A block lies in the VPC when its first address, cut to the VPC's prefix, is the VPC's.
  validation {
    condition = var.subnet_cidrs == null ? true : alltrue([
      for cidr in flatten(values(var.subnet_cidrs)) : try(
        cidrsubnet("${cidrhost(cidr, 0)}/${split("/", var.cidr)[1]}", 0, 0) == var.cidr && tonumber(split("/", cidr)[1]) >= tonumber(split("/", var.cidr)[1]),
        false,
      )
    ])
    error_message = "Every range of subnet_cidrs lies within the VPC's range, cidr."
  }
}

variable "flow_log_retention_days" {
  description = "Days to keep the VPC flow log."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition = contains(
      [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
      var.flow_log_retention_days
    )
    error_message = "CloudWatch Logs keeps logs for 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653 days."
  }
}

variable "flow_log_traffic_type" {
  description = "Traffic in the flow log: ALL, or REJECT for a cheaper log of refused connections only."
  type        = string
  default     = "ALL"
  nullable    = false

  validation {
    condition     = contains(["ALL", "REJECT"], var.flow_log_traffic_type)
    error_message = "The flow log records ALL or REJECT traffic."
  }
}

variable "permissions_boundary_arn" {
  description = "Policy that bounds what the role of the flow log can ever do, or null."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null || can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/", var.permissions_boundary_arn))
    error_message = "The permissions boundary is the ARN of an IAM policy."
  }
}

variable "nat_mode" {
  description = "How the private subnets reach the internet: none; single (one gateway, one zone's failure cuts all off); per_az (one gateway in each zone); regional (one gateway that spans the zones by itself)."
  type        = string
  default     = "none"
  nullable    = false

  validation {
    condition     = contains(["none", "single", "per_az", "regional"], var.nat_mode)
    error_message = "nat_mode is none, single, per_az or regional."
  }
}

variable "interface_endpoints" {
  description = "AWS services to reach over interface endpoints, by the last part of their service name: ecr.api, ecr.dkr, eks-auth, sts… Each costs an hourly price per zone, which pays over NAT above some 209 GB a month and zone (us-east-1)."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for service in var.interface_endpoints : can(regex("^[a-z0-9]+([.-][a-z0-9]+)*$", service))])
    error_message = "Name services without the Region and its prefix: ecr.api, not com.amazonaws.us-east-1.ecr.api."
  }

  validation {
    condition     = length(setintersection(var.interface_endpoints, ["s3", "dynamodb"])) == 0
    error_message = "S3 and DynamoDB have gateway endpoints, which are free; S3's is always made."
  }
}
