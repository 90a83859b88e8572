# Production: three zones, private cluster, HTTPS to the load balancer, callers known by their signature.
project = "huggingface"
region  = "us-east-1"
tier    = "prod" # demands what dev only may have: see `deployer schema specification`

account_id = "444455556666"

network {
  cidr = "10.40.0.0/16"
}

cluster {
  admins = ["arn:aws:iam::444455556666:role/platform-admin"]
}

model "gpt2" {
  source   = "openai-community/gpt2"
  revision = "607a30d783dfa663caf39e06633721c8d4cfcd7e"
  instance = "auto" # the cheapest it fits into

  replicas {
    min = 2
    max = 4
  }
}

model "sdxl" {
  source   = "stabilityai/stable-diffusion-xl-base-1.0"
  revision = "462165984030d82259a11f4367a4eed129e94a7b"
  instance = "g6.xlarge" # an L4 draws about twice as fast as the T4 it would fit into as well

  replicas {
    min = 2
    max = 4
  }
}

edge {
  rate_limit = 100 # requests per address and minute

  domain         = "models.example.com"
  hosted_zone_id = "Z0123456789EXAMPLE"
}

monitoring {
  emails = ["oncall@example.com"]

  monthly_budget_usd = 6000
}

delivery {
  github_repository        = "example/models"
  permissions_boundary_arn = "arn:aws:iam::444455556666:policy/deployment-boundary"
}
