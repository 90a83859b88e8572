# A new account whose nodes EKS runs itself, with a cluster endpoint that one office reaches.
project = "variants"
region  = "eu-west-1"
tier    = "dev"

network {
  cidr = "10.60.0.0/16"
  nat  = "per_az"
}

cluster {
  admins              = ["arn:aws:iam::444455556666:role/platform-admin"]
  compute             = "auto"
  new_account         = true
  public_access_cidrs = ["203.0.113.0/24"]
}

model "whisper" {
  source   = "openai/whisper-large-v3"
  instance = "auto"
}

edge {
  mode = "rest"
  auth = "iam"
}

monitoring {
  emails            = ["oncall@example.com"]
  canary            = true
  anomaly_detection = true
}
