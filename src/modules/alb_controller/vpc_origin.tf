variable "cloudfront_vpc_origin" {
  description = "Whether CloudFront reaches the load balancer itself, through a VPC origin."
  type        = bool
  default     = false
  nullable    = false
}

data "aws_ec2_managed_prefix_list" "cloudfront" {
  count = var.cloudfront_vpc_origin ? 1 : 0

  name = "com.amazonaws.global.cloudfront.origin-facing"
}

# The list holds the addresses from which CloudFront calls origins. As the load balancer is internal, only distributions with a VPC origin in this VPC come through. The tighter source is CloudFront-VPCOrigins-Service-SG, a group that CloudFront makes with the VPC origin, which itself waits for this load balancer: no single apply can name it (terraform-provider-aws#40683). To narrow the rule once the origin is deployed, look the group up (data "aws_security_group" with this name and vpc_id), add a rule that refers to it, see a request pass, and only then remove this one.
# The list counts as 55 of the 60 rules that a group may have, so it fits once.
resource "aws_vpc_security_group_ingress_rule" "alb_from_cloudfront" {
  count = var.cloudfront_vpc_origin ? 1 : 0

  description       = "CloudFront VPC origin"
  security_group_id = aws_security_group.alb.id
  prefix_list_id    = data.aws_ec2_managed_prefix_list.cloudfront[0].id
  ip_protocol       = "tcp"
  from_port         = local.listener_port
  to_port           = local.listener_port
}
