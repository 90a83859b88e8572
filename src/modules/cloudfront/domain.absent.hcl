locals {
  # Callers use the name under cloudfront.net and its certificate.
  aliases          = []
  certificate_arns = []
}
