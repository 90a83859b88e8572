# Stands in for a part of this module that no environment here uses.
locals {
  origin_domain   = null
  certificate_arn = null
}
