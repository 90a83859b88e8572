//! The first text of a specification, which is the operator's from then on.

use std::fmt::Write as _;

use crate::spec::{config::Tier, word};

/// What a workspace keeps out of git.
pub(crate) const GITIGNORE: &str = "\
.terraform/
*.tfstate
*.tfstate.*
*.tfplan
backend.hcl
inputs.auto.tfvars.json
/.deployer/lock
/.deployer/runs/
/.deployer/staging/
";

/// A specification that is valid as it stands; what only the operator can know is an example and marked.
#[must_use]
pub(crate) fn specification(project: &str, environment: &str, tier: Tier, sources: &[String]) -> String {
    let prod = tier == Tier::Prod;
    let account = if prod { "444455556666" } else { "111122223333" };
    let number = if prod { 40 } else { 20 };
    let mut text = format!(
        "# What the environment `{environment}` is. Its Terraform is generated from this file: deployer generate {environment}\n\
         # Values marked EXAMPLE are yours to give before a deploy.\n\
         project = \"{project}\"\n\
         region  = \"us-east-1\"\n\
         tier    = \"{}\" # dev, staging or prod: decides whatever this file leaves out\n\n\
         account_id = \"{account}\" # EXAMPLE\n\n\
         network {{\n  cidr = \"10.{number}.0.0/16\"\n}}\n\n\
         cluster {{\n  admins = [\"arn:aws:iam::{account}:role/platform-admin\"] # EXAMPLE\n}}\n",
        word(&tier)
    );
    for (name, source) in names(sources) {
        let _ = write!(
            text,
            "\nmodel \"{name}\" {{\n  source   = \"{source}\"\n  instance = \"auto\" # the cheapest it fits into\n"
        );
        let (min, max) = if prod { (2, 4) } else { (1, 2) };
        let _ = write!(text, "\n  replicas {{\n    min = {min}\n    max = {max}\n  }}\n}}\n");
    }
    text.push_str("\nedge {\n  rate_limit = 100 # requests per address and minute\n");
    if prod {
        text.push_str("\n  domain         = \"models.example.com\" # EXAMPLE\n");
        text.push_str("  hosted_zone_id = \"Z0123456789EXAMPLE\" # EXAMPLE\n");
    }
    text.push_str("}\n\nmonitoring {\n  emails = [\"oncall@example.com\"] # EXAMPLE\n");
    if prod {
        text.push_str("\n  monthly_budget_usd = 6000\n");
    }
    text.push_str("}\n");
    text
}

/// A name for each model: the last part of its repository, made unique.
fn names(sources: &[String]) -> Vec<(String, &str)> {
    let mut named: Vec<(String, &str)> = Vec::new();
    for source in sources {
        let last = source.rsplit('/').next().unwrap_or(source).to_lowercase();
        let allowed: String =
            last.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect();
        let short: String =
            allowed.trim_start_matches(|first: char| !first.is_ascii_lowercase()).chars().take(24).collect();
        let short = short.trim_end_matches('-');
        let taken = named.iter().filter(|(name, _)| name.starts_with(short)).count();
        let name = if taken == 0 { short.to_owned() } else { format!("{short}-{}", taken + 1) };
        named.push((name, source));
    }
    named
}
