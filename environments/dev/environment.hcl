# Development: one spot GPU node that goes when nobody asks, and a firewall that only counts.
project = "huggingface"
region  = "us-east-1"
tier    = "dev" # dev, staging or prod: decides whatever this file leaves out

account_id = "111122223333"

network {
  cidr = "10.20.0.0/16"
}

cluster {
  admins = ["arn:aws:iam::111122223333:role/platform-admin"]
}

model "gpt2" {
  source   = "openai-community/gpt2"
  instance = "auto" # the cheapest it fits into

  replicas {
    min = 1
    max = 2
  }
}

edge {
  rate_limit = 100 # requests per address and minute
}

monitoring {
  emails = ["oncall@example.com"]
}
