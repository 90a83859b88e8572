variable "service_linked_roles" {
  description = "Service-linked roles that the account still lacks: autoscaling, elasticloadbalancing, spot. IAM refuses to make one that exists."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(setsubtract(var.service_linked_roles, ["autoscaling", "elasticloadbalancing", "spot"])) == 0
    error_message = "The service-linked roles are autoscaling, elasticloadbalancing and spot."
  }
}

# AWS makes these roles with the first group, load balancer or spot request, which is too late: the key policy of encrypted
# node volumes names the Auto Scaling role, and KMS refuses a principal that does not exist (terraform-provider-aws #28644).
# They belong to the account; IAM deletes one only when nothing in the account needs it any more.
resource "aws_iam_service_linked_role" "this" {
  for_each = var.service_linked_roles

  aws_service_name = "${each.key}.amazonaws.com"
}
