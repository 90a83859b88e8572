# Production without an API: CloudFront reaches the load balancer itself, which checks the tokens.
project = "variants"
region  = "us-west-2"
tier    = "prod"

account_id = "333344445555"

network {
  cidr = "10.50.0.0/16"
  nat  = "regional"
}

cluster {
  admins = ["arn:aws:iam::333344445555:role/platform-admin"]
}

model "embeddings" {
  source   = "BAAI/bge-large-en-v1.5"
  revision = "d4aa6901d3a41ba39fb536a557fa166f842b0e09"
}

model "qwen" {
  source            = "Qwen/Qwen2.5-32B-Instruct-AWQ"
  revision          = "5c7cb76a268fc6cfbb9c4777eb24ba6e27f9ee6c"
  capacity          = "capacity_block"
  instance          = "p5.48xlarge"
  reservation_id    = "cr-0123456789abcdef0"
  reservation_az_id = "usw2-az1"
}

edge {
  mode            = "vpc_origin"
  auth            = "jwt"
  domain          = "models.example.org"
  hosted_zone_id  = "Z0123456789EXAMPLE"
  allow_countries = ["DE", "FR"]
  price_class     = "PriceClass_All"

  jwt {
    issuer   = "https://issuer.example.org"
    audience = ["models"]
    jwks_url = "https://issuer.example.org/keys"
  }
}

monitoring {
  emails             = ["oncall@example.org"]
  monthly_budget_usd = 200000
}

delivery {
  github_repository        = "example/models"
  permissions_boundary_arn = "arn:aws:iam::333344445555:policy/deployment-boundary"
}
