//! Specification texts of the environments that the checks look at.

use deployer::spec::config::{ComputeMode, EdgeMode, Tier};

/// 30 characters, the most that a specification takes.
pub(crate) const LONGEST_MODEL: &str = "stable-diffusion-xl-base-1-0-x";

/// Name of an environment: 16 characters, the most that there may be, where the nodes are managed.
pub(crate) fn name(tier: Tier, mode: EdgeMode, compute: ComputeMode) -> String {
    let tier = match tier {
        Tier::Dev => "dev",
        Tier::Staging => "stg",
        Tier::Prod => "prd",
    };
    let mode = match mode {
        EdgeMode::Rest => "rest",
        EdgeMode::Http => "http",
        EdgeMode::VpcOrigin => "vpco",
    };
    let compute = match compute {
        ComputeMode::Managed => "managed",
        ComputeMode::Auto => "auto",
    };
    format!("{tier}-{mode}-{compute}")
}

/// A specification that touches as much as it can: a gated model, one on CPU, one with the longest name; spot,
/// on-demand and reserved nodes; every way of NAT; caches of other registries; deployment from GitHub.
pub(crate) fn specification(tier: Tier, mode: EdgeMode, compute: ComputeMode) -> String {
    let managed = compute == ComputeMode::Managed;
    let (region, zone) = match mode {
        EdgeMode::Rest => ("us-east-1", "use1-az4"),
        EdgeMode::Http => ("eu-central-1", "euc1-az2"),
        EdgeMode::VpcOrigin => ("us-west-2", "usw2-az1"),
    };
    let (tier_name, project) = match tier {
        Tier::Dev => ("dev", if managed { "a-project-of-16c" } else { "chat" }),
        Tier::Staging => ("staging", if managed { "a-project-of-16c" } else { "chat" }),
        Tier::Prod => ("prod", if managed { "a-project-of-16c" } else { "chat" }),
    };
    let parts = [
        format!(
            r#"
project    = "{project}"
region     = "{region}"
tier       = "{tier_name}"
account_id = "111122223333"
tags       = {{ CostCentre = "4711" }}
"#
        ),
        models(tier, zone),
        network(tier, mode, compute, zone),
        cluster(tier, managed),
        edge(tier, mode),
        platform(tier, managed),
    ];
    parts.concat()
}

fn models(tier: Tier, zone: &str) -> String {
    let mut text = format!(
        r#"
model "{LONGEST_MODEL}" {{
  source   = "stabilityai/stable-diffusion-xl-base-1.0"
  revision = "462165984030d82259a11f4367a4eed129e94a7b"
  instance = "g6.xlarge"
}}

model "llama" {{
  source   = "meta-llama/Llama-3.1-8B-Instruct"
  revision = "0e9e39f249a16976918f6564b8830bc894c89659"
  instance = "g6e.2xlarge"
}}
"#
    );
    // One that takes recordings, and a model on CPU, which in staging may be scaled away; in prod, one on reserved nodes.
    text += &match tier {
        Tier::Dev => r#"
model "gpt2" {
  source   = "openai-community/gpt2"
  instance = "m6i.xlarge"
}
"#
        .to_owned(),
        Tier::Staging => r#"
model "whisper" {
  source   = "openai/whisper-large-v3"
  instance = "g4dn.xlarge"
}

model "gpt2" {
  source   = "openai-community/gpt2"
  instance = "m6i.xlarge"
  replicas {
    min = 0
    max = 2
  }
}
"#
        .to_owned(),
        Tier::Prod => format!(
            r#"
model "large" {{
  source         = "Qwen/Qwen2.5-32B-Instruct"
  revision       = "5ede1c97bbab6ce5cda5812749b4c0bdf79b18dd"
  instance       = "p5.48xlarge"
  capacity       = "capacity_block"
  reservation_id = "cr-0123456789abcdef0"
  reservation_az_id = "{zone}"
}}
"#
        ),
    };
    text
}

fn network(tier: Tier, mode: EdgeMode, compute: ComputeMode, zone: &str) -> String {
    let prefix = zone.split('-').next().unwrap_or_default();
    match (tier, mode) {
        // Managed nodes need a way out for the images of their controllers.
        (Tier::Dev, EdgeMode::Rest) if compute == ComputeMode::Auto => "network { nat = \"none\" }\n".to_owned(),
        (Tier::Staging, EdgeMode::Rest) | (Tier::Prod, EdgeMode::Http) => "network { nat = \"regional\" }\n".to_owned(),
        // An address plan, and the smallest range.
        (Tier::Prod, EdgeMode::VpcOrigin) => format!(
            r#"
network {{
  cidr   = "100.64.0.0/20"
  az_ids = ["{prefix}-az1", "{prefix}-az2"]

  subnets {{
    public  = ["100.64.15.0/27", "100.64.15.32/27"]
    private = ["100.64.0.0/22", "100.64.4.0/22"]
    intra   = ["100.64.15.128/26", "100.64.15.192/26"]
  }}
}}
"#
        ),
        _ => String::new(),
    }
}

fn cluster(tier: Tier, managed: bool) -> String {
    let compute = if managed { "managed" } else { "auto" };
    let more = match tier {
        Tier::Dev => "  public_access_cidrs = [\"198.51.100.0/24\"]\n",
        Tier::Staging => "  new_account = true\n",
        Tier::Prod => "",
    };
    format!(
        r#"
cluster {{
  admins  = ["arn:aws:iam::111122223333:role/platform-admin", "arn:aws:iam::111122223333:user/break-glass"]
  compute = "{compute}"
{more}}}
"#
    )
}

fn edge(tier: Tier, mode: EdgeMode) -> String {
    const COUNTRIES: &str = "  allow_countries = [\"DE\", \"FR\"]\n";
    let name = match mode {
        EdgeMode::Rest => "rest",
        EdgeMode::Http => "http",
        EdgeMode::VpcOrigin => "vpc_origin",
    };
    let domain = "  domain         = \"models.example.com\"\n  hosted_zone_id = \"Z0123456789EXAMPLE\"\n";
    let issuer = "  jwt {\n    issuer   = \"https://issuer.example.com\"\n    audience = [\"models\"]\n  }\n";
    let rest = match (tier, mode) {
        (Tier::Dev, EdgeMode::Http) => format!("  auth = \"jwt\"\n{issuer}"),
        // A VPC origin without tokens leaves the models open, which has to be said.
        (Tier::Dev, EdgeMode::VpcOrigin) => "  auth = \"none\"\n".to_owned(),
        (Tier::Dev, EdgeMode::Rest) => String::new(),
        // Without a stream an API waits no longer than 29 seconds.
        (Tier::Staging, EdgeMode::Rest) => "  stream = false\n  auth   = \"iam\"\n".to_owned(),
        (Tier::Staging, EdgeMode::Http) => format!("{domain}{COUNTRIES}"),
        (Tier::Staging, EdgeMode::VpcOrigin) => format!("{domain}{COUNTRIES}  auth = \"none\"\n"),
        (Tier::Prod, EdgeMode::VpcOrigin) => format!("{domain}{issuer}"),
        (Tier::Prod, _) => domain.to_owned(),
    };
    format!("edge {{\n  mode = \"{name}\"\n{rest}}}\n")
}

/// Registry, monitoring, delivery.
fn platform(tier: Tier, managed: bool) -> String {
    let mut text = String::new();
    if managed {
        text += "registry { pull_through = [\"registry.k8s.io\", \"registry-1.docker.io\", \"ghcr.io\"] }\n";
    }
    match tier {
        Tier::Dev => {}
        Tier::Staging => text += "monitoring { emails = [\"oncall@example.com\"] }\n",
        Tier::Prod => {
            text += "monitoring {\n  emails = [\"oncall@example.com\", \"second@example.com\"]\n  \
                     monthly_budget_usd = 9000\n}\n";
        }
    }
    match (tier, managed) {
        (Tier::Dev, true) => text += "delivery { github_repository = \"example/models\" }\n",
        (Tier::Prod, _) => {
            text += "delivery {\n  github_repository = \"example/models\"\n  owns_identity_provider = false\n  \
                     permissions_boundary_arn = \"arn:aws:iam::111122223333:policy/deployment-boundary\"\n}\n";
        }
        _ => {}
    }
    text
}
