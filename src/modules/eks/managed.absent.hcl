# Stands in for a part of this module that no environment here uses.
locals {
  managed_node_security_group_ids = []
  system_node_group_ids           = []
}
