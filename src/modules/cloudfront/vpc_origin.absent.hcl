locals {
  # The origin has a public name.
  vpc_origin_ids = []
}
