# Staging behind an HTTP API that takes tokens, in an address plan of somebody else's.
project = "variants"
region  = "eu-central-1"
tier    = "staging"

account_id = "222233334444"

tags = {
  cost-centre = "4711"
}

network {
  cidr                = "10.30.0.0/16"
  interface_endpoints = ["ecr.api", "ecr.dkr", "sts", "logs"]

  subnets {
    public  = ["10.30.200.0/26", "10.30.200.64/26"]
    private = ["10.30.0.0/19", "10.30.32.0/19"]
    intra   = ["10.30.201.0/26", "10.30.201.64/26"]
  }
}

cluster {
  admins = ["arn:aws:iam::222233334444:role/platform-admin"]
}

registry {
  pull_through = ["registry-1.docker.io", "quay.io"]
}

# Needs a token for its weights.
model "llama" {
  source = "meta-llama/Llama-3.1-8B-Instruct"
}

edge {
  mode     = "http"
  auth     = "jwt"
  firewall = "block"

  jwt {
    issuer   = "https://issuer.example.com"
    audience = ["models"]
  }
}

monitoring {
  emails = ["oncall@example.com"]
}

delivery {
  github_repository = "example/models"
}
