# Stands in for a part of this module that no environment here uses.
locals {
  access_log_buckets = []
}
