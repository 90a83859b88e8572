//! What a wrong `environment.hcl` is told, and what a minimal one means in each tier.

#![expect(clippy::panic, reason = "a helper of a test fails it by panicking, as the test itself does")]

mod common;

use common::{DEV, PROD, changed};
use deployer::{
    diagnostic::Source,
    report::diagnostic::{Colour, people},
    spec::load,
};
use insta::assert_snapshot;

/// Every problem of a specification as the operator sees them.
#[track_caller]
fn problems(text: &str) -> String {
    match load("test", Source::new("environment.hcl", text)) {
        Ok(loaded) => panic!("it has no problem: {loaded:#?}"),
        Err(problems) => people(&problems, Colour::Plain, 120),
    }
}

/// The minimal dev environment with more at its end.
fn dev_with(more: &str) -> String {
    problems(&format!("{DEV}\n{more}\n"))
}

/// The minimal dev environment with a model that says more.
fn model_with(more: &str) -> String {
    problems(&changed(
        DEV,
        "  source = \"openai-community/gpt2\"\n",
        &format!("  source = \"openai-community/gpt2\"\n{more}\n"),
    ))
}

/// The minimal dev environment with another administrator.
fn admin(arn: &str) -> String {
    problems(&changed(DEV, "arn:aws:iam::111122223333:role/admin", arn))
}

/// The minimal prod environment with one thing in it another.
fn prod(from: &str, to: &str) -> String {
    problems(&changed(PROD, from, to))
}

/// Problems of every kind of check: of values, of shape, of meaning, of tier.
const SEVERAL: &str = r#"project = "Models"
region  = "us-east-1"
tier    = "prod"
colour  = "blue"

network {
  cidr = "10.0.0.0/8"
  nat  = "single"
}

cluster {
  admins = [var.admin, "arn:aws:iam::111122223333:root"]
}

model "gpt2" {
  source   = "openai-community/gpt2"
  instance = "g6.xlarg"
}

edge {
  rate_limit = 5
}
"#;

#[test]
fn unknown_names_are_corrected() {
    assert_snapshot!(problems(&changed(DEV, "region ", "regoin ")), @r#"
    error[missing-argument]: `region` is missing
     --> environment.hcl:1:1
      |
    1 | project = "models"
      | ^ AWS Region the environment runs in.
      |
      = help: add `region = "us-east-1"`

    error[unknown-argument]: unknown argument `regoin`
     --> environment.hcl:2:1
      |
    2 | regoin  = "us-east-1"
      | ^^^^^^
      |
      = help: did you mean `region`?
    "#);
    assert_snapshot!(dev_with("edge { rate_limits = 100 }"), @"
    error[unknown-argument]: unknown argument `rate_limits`
      --> environment.hcl:13:8
       |
    13 | edge { rate_limits = 100 }
       |        ^^^^^^^^^^^
       |
       = help: did you mean `rate_limit`?
    ");
    assert_snapshot!(dev_with("monitorin { log_days = 30 }"), @"
    error[unknown-block]: unknown block `monitorin`
      --> environment.hcl:13:1
       |
    13 | monitorin { log_days = 30 }
       | ^^^^^^^^^
       |
       = help: did you mean `monitoring`?
    ");
    assert_snapshot!(dev_with("edge { mystery = 100 }"), @"
    error[unknown-argument]: unknown argument `mystery`
      --> environment.hcl:13:8
       |
    13 | edge { mystery = 100 }
       |        ^^^^^^^
       |
       = help: known here: mode, rate_limit, auth, jwt, domain, hosted_zone_id, firewall, allow_countries, price_class, throttle_rate, throttle_burst, stream, owns_api_logging
    ");
}

#[test]
fn values_have_types() {
    assert_snapshot!(dev_with(r#"edge { rate_limit = "100" }"#), @r#"
    error[wrong-type]: `rate_limit` is a string, it must be a whole number
      --> environment.hcl:13:21
       |
    13 | edge { rate_limit = "100" }
       |                     ^^^^^
       |
       = help: Requests that one address may make in 60 seconds, at least 10. Default 100.
    "#);
    assert_snapshot!(dev_with("edge { rate_limit = 10.5 }"), @"
    error[wrong-type]: `rate_limit` is a number, it must be a whole number
      --> environment.hcl:13:21
       |
    13 | edge { rate_limit = 10.5 }
       |                     ^^^^
       |
       = help: Requests that one address may make in 60 seconds, at least 10. Default 100.
    ");
    assert_snapshot!(dev_with("edge { domain = 5 }"), @"
    error[wrong-type]: `domain` is a number, it must be a string
      --> environment.hcl:13:17
       |
    13 | edge { domain = 5 }
       |                 ^
       |
       = help: Domain name of the endpoint, for example `models.example.com`. Default: CloudFront's own name.
    ");
    assert_snapshot!(dev_with("monitoring { canary = \"yes\" }"), @r#"
    error[wrong-type]: `canary` is a string, it must be a bool
      --> environment.hcl:13:23
       |
    13 | monitoring { canary = "yes" }
       |                       ^^^^^
       |
       = help: Whether a synthetic caller asks every five minutes. Default: only in prod.
    "#);
    assert_snapshot!(dev_with("monitoring { emails = \"oncall@example.com\" }"), @r#"
    error[wrong-type]: `emails` is a string, it must be a list
      --> environment.hcl:13:23
       |
    13 | monitoring { emails = "oncall@example.com" }
       |                       ^^^^^^^^^^^^^^^^^^^^
       |
       = help: Addresses that alarms are mailed to; prod needs one.
    "#);
    assert_snapshot!(dev_with("monitoring { emails = [1, \"oncall@example.com\"] }"), @r#"
    error[wrong-type]: an element of `emails` is a number, it must be a string
      --> environment.hcl:13:24
       |
    13 | monitoring { emails = [1, "oncall@example.com"] }
       |                        ^
    "#);
    assert_snapshot!(dev_with("tags = [\"team\"]"), @r#"
    error[wrong-type]: `tags` is a list, it must be an object
      --> environment.hcl:13:8
       |
    13 | tags = ["team"]
       |        ^^^^^^^^
       |
       = help: Tags added to every resource.
    "#);
    assert_snapshot!(problems(&changed(DEV, "\"dev\"", "1")), @"
    error[wrong-type]: `tier` is a number, it must be a string
     --> environment.hcl:3:11
      |
    3 | tier    = 1
      |           ^
      |
      = help: one of: dev, staging, prod
    ");
}

#[test]
fn blocks_and_arguments_are_told_apart() {
    assert_snapshot!(dev_with("edge = { rate_limit = 100 }"), @"
    error[wrong-type]: `edge` must be a block, not an argument
      --> environment.hcl:13:1
       |
    13 | edge = { rate_limit = 100 }
       | ^^^^
       |
       = help: write `edge { … }`
    ");
    assert_snapshot!(problems(&changed(DEV, "model \"gpt2\" {", "model {")), @r#"
    error[wrong-type]: block `model` needs a name
     --> environment.hcl:9:1
      |
    9 | model {
      | ^^^^^
      |
      = help: write `model "NAME" { … }`
    "#);
    assert_snapshot!(problems(&changed(DEV, "cluster {", "cluster \"main\" {")), @r#"
    error[wrong-type]: block `cluster` takes no name
     --> environment.hcl:5:1
      |
    5 | cluster "main" {
      | ^^^^^^^^^^^^^^
      |
      = help: write `cluster { … }`
    "#);
    assert_snapshot!(dev_with("tags { team = \"ml\" }"), @r#"
    error[wrong-type]: `tags` must be an argument, not a block
      --> environment.hcl:13:1
       |
    13 | tags { team = "ml" }
       | ^^^^
       |
       = help: write `tags = { … }`
    "#);
    assert_snapshot!(model_with("  replicas = { min = 1, max = 2 }"), @"
    error[wrong-type]: `replicas` must be a block, not an argument
      --> environment.hcl:11:3
       |
    11 |   replicas = { min = 1, max = 2 }
       |   ^^^^^^^^
       |
       = help: write `replicas { … }`
    ");
    assert_snapshot!(dev_with("model \"a\" \"b\" { source = \"gpt2\" }"), @r#"
    error[wrong-type]: block `model` takes at most one name
      --> environment.hcl:13:1
       |
    13 | model "a" "b" { source = "gpt2" }
       | ^^^^^^^^^^^^^
    "#);
}

#[test]
fn what_must_be_there_is_asked_for() {
    assert_snapshot!(problems(""), @r#"
    error[missing-argument]: `project` is missing
     --> environment.hcl:1:1
      |
    1 |
      | ^ Project name, the first part of every resource name: 2 to 16 lower-case letters, digits or hyphens, starting with a letter.
      |
      = help: add `project = "huggingface"`

    error[missing-argument]: `region` is missing
     --> environment.hcl:1:1
      |
    1 |
      | ^ AWS Region the environment runs in.
      |
      = help: add `region = "us-east-1"`

    error[missing-argument]: `tier` is missing
     --> environment.hcl:1:1
      |
    1 |
      | ^ What the environment is for; sets every default that the file does not set.
      |
      = help: add `tier = "dev"`

    error[missing-argument]: the cluster has no administrator
     --> environment.hcl:1:1
      |
    1 |
      | ^
      |
      = help: add `cluster { admins = ["arn:aws:iam::ACCOUNT:role/NAME"] }`: nobody else can reach the cluster

    error[missing-block]: the environment serves no model
     --> environment.hcl:1:1
      |
    1 |
      | ^
      |
      = help: add `model "gpt2" { source = "openai-community/gpt2" }`
    "#);
    assert_snapshot!(problems(&changed(DEV, "region  = \"us-east-1\"\n", "")), @r#"
    error[missing-argument]: `region` is missing
     --> environment.hcl:1:1
      |
    1 | project = "models"
      | ^ AWS Region the environment runs in.
      |
      = help: add `region = "us-east-1"`
    "#);
    assert_snapshot!(problems(&changed(DEV, "  source = \"openai-community/gpt2\"\n", "")), @r#"
    error[missing-argument]: `source` is missing
     --> environment.hcl:9:1
      |
    9 | model "gpt2" {
      | ^^^^^^^^^^^^ Repository on the Hugging Face hub, `organisation/name`.
      |
      = help: add `source = "openai-community/gpt2"`
    "#);
    assert_snapshot!(model_with("  replicas { min = 1 }"), @"
    error[missing-argument]: `max` is missing
      --> environment.hcl:11:3
       |
    11 |   replicas { min = 1 }
       |   ^^^^^^^^ At most this many.
       |
       = help: add `max = 1`
    ");
    assert_snapshot!(problems(&changed(DEV, "  admins = [\"arn:aws:iam::111122223333:role/admin\"]\n", "")), @r#"
    error[missing-argument]: the cluster has no administrator
     --> environment.hcl:5:1
      |
    5 | cluster {
      | ^^^^^^^
      |
      = help: add `cluster { admins = ["arn:aws:iam::ACCOUNT:role/NAME"] }`: nobody else can reach the cluster
    "#);
    assert_snapshot!(problems(&changed(DEV, "[\"arn:aws:iam::111122223333:role/admin\"]", "[]")), @"
    error[wrong-length]: `admins` has 0 elements, it needs at least 1
     --> environment.hcl:6:12
      |
    6 |   admins = []
      |            ^^
      |
      = help: IAM roles or users that administer the cluster. At least one.
    ");
}

#[test]
fn null_is_as_good_as_nothing() {
    assert_snapshot!(problems(&changed(DEV, "\"us-east-1\"", "null")), @r#"
    error[missing-argument]: `region` is missing
     --> environment.hcl:2:1
      |
    2 | region  = null
      | ^^^^^^ AWS Region the environment runs in.
      |
      = help: add `region = "us-east-1"`
    "#);
    assert_snapshot!(problems(&changed(DEV, "[\"arn:aws:iam::111122223333:role/admin\"]", "null")), @r#"
    error[missing-argument]: the cluster has no administrator
     --> environment.hcl:6:12
      |
    6 |   admins = null
      |            ^^^^
      |
      = help: add `cluster { admins = ["arn:aws:iam::ACCOUNT:role/NAME"] }`: nobody else can reach the cluster
    "#);
    assert_snapshot!(dev_with("monitoring { emails = [null] }"), @"
    error[wrong-type]: an element of `emails` is null, it must be a string
      --> environment.hcl:13:24
       |
    13 | monitoring { emails = [null] }
       |                        ^^^^
    ");
}

#[test]
fn nothing_is_defined_twice() {
    assert_snapshot!(dev_with("tags = { team = \"ml\", team = \"web\" }"), @r#"
    error[duplicate-key]: the key `team` is set twice in one object
      --> environment.hcl:13:23
       |
    13 | tags = { team = "ml", team = "web" }
       |                       ^^^^ replaces the value before
       |
       = help: keep one of the two; Terraform takes the last one
    "#);
    assert_snapshot!(dev_with("project = \"other\""), @r#"
    error[duplicate-argument]: the argument `project` is set twice
      --> environment.hcl:13:1
       |
    13 | project = "other"
       | ^^^^^^^ set before in the same block
       |
       = help: keep one of the two
    "#);
    assert_snapshot!(dev_with("model \"gpt2\" { source = \"gpt2\" }"), @r#"
    error[duplicate-block]: model `gpt2` is defined twice
      --> environment.hcl:13:1
       |
    13 | model "gpt2" { source = "gpt2" }
       | ^^^^^^^^^^^^
       |
       = help: give one of them another name
    "#);
    assert_snapshot!(dev_with("edge { rate_limit = 100 }\nedge { auth = \"iam\" }"), @r#"
    error[duplicate-block]: block `edge` stands here a second time
      --> environment.hcl:14:1
       |
    14 | edge { auth = "iam" }
       | ^^^^
       |
       = help: put both into one block
    "#);
    assert_snapshot!(dev_with("network { az_ids = [\"use1-az1\", \"use1-az1\"] }"), @r#"
    error[duplicate]: `use1-az1` is named twice
      --> environment.hcl:13:33
       |
    13 | network { az_ids = ["use1-az1", "use1-az1"] }
       |                                 ^^^^^^^^^^
       |
       = help: name each zone once
    "#);
}

#[test]
fn values_are_literal() {
    assert_snapshot!(problems(&changed(DEV, "\"us-east-1\"", "var.region")), @"
    error[not-literal]: a specification holds plain values only
     --> environment.hcl:2:11
      |
    2 | region  = var.region
      |           ^^^^^^^^^^
      |
      = help: write the value itself: variables, functions and templates belong in the generated Terraform
    ");
    assert_snapshot!(dev_with("account_id = \"${var.account}\""), @r#"
    error[not-literal]: a specification holds plain values only
      --> environment.hcl:13:14
       |
    13 | account_id = "${var.account}"
       |              ^^^^^^^^^^^^^^^^
       |
       = help: write the value itself: variables, functions and templates belong in the generated Terraform
    "#);
    assert_snapshot!(dev_with("edge { rate_limit = 10 * 10 }"), @"
    error[not-literal]: a specification holds plain values only
      --> environment.hcl:13:21
       |
    13 | edge { rate_limit = 10 * 10 }
       |                     ^^^^^^^
       |
       = help: write the value itself: variables, functions and templates belong in the generated Terraform
    ");
    assert_snapshot!(dev_with("monitoring { emails = concat([\"a@example.com\"], []) }"), @r#"
    error[not-literal]: a specification holds plain values only
      --> environment.hcl:13:23
       |
    13 | monitoring { emails = concat(["a@example.com"], []) }
       |                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: write the value itself: variables, functions and templates belong in the generated Terraform
    "#);
    assert_snapshot!(dev_with("tags = { (local.name) = \"x\" }"), @r#"
    error[not-literal]: a specification holds plain values only
      --> environment.hcl:13:10
       |
    13 | tags = { (local.name) = "x" }
       |          ^^^^^^^^^^^^^^^^^^
       |
       = help: write the value itself: variables, functions and templates belong in the generated Terraform
    "#);
}

#[test]
fn names_are_checked() {
    assert_snapshot!(problems(&changed(DEV, "\"models\"", "\"My Models\"")), @r#"
    error[wrong-value]: `My Models` is not a valid `project`
     --> environment.hcl:1:11
      |
    1 | project = "My Models"
      |           ^^^^^^^^^^^
      |
      = help: Project name, the first part of every resource name: 2 to 16 lower-case letters, digits or hyphens, starting with a letter.
    "#);
    assert_snapshot!(problems(&changed(DEV, "\"gpt2\" {", "\"GPT 2\" {")), @r#"
    error[wrong-value]: `GPT 2` cannot be a model's name
     --> environment.hcl:9:1
      |
    9 | model "GPT 2" {
      | ^^^^^^^^^^^^^
      |
      = help: use 1 to 30 lower-case letters, digits or hyphens, starting with a letter
    "#);
    assert_snapshot!(dev_with("account_id = \"1111-2222-3333\""), @r#"
    error[wrong-value]: `1111-2222-3333` is not a valid `account_id`
      --> environment.hcl:13:14
       |
    13 | account_id = "1111-2222-3333"
       |              ^^^^^^^^^^^^^^^^
       |
       = help: Account the environment belongs to: 12 digits. A deploy with credentials of another account is refused.
    "#);
    assert_snapshot!(people(&load("Dev_1", Source::new("environment.hcl", DEV)).unwrap_err(), Colour::Plain, 120), @r#"
    error[wrong-value]: `Dev_1` cannot be the name of an environment
     --> environment.hcl:1:1
      |
    1 | project = "models"
      | ^
      |
      = help: rename the folder: 2 to 16 lower-case letters, digits or hyphens, starting with a letter
    "#);
}

#[test]
fn the_network_fits_aws() {
    assert_snapshot!(dev_with("network { cidr = \"10.0.0.0\" }"), @r#"
    error[wrong-value]: `10.0.0.0` is not an address range
      --> environment.hcl:13:18
       |
    13 | network { cidr = "10.0.0.0" }
       |                  ^^^^^^^^^^
       |
       = help: write an IPv4 range such as `10.20.0.0/16`
    "#);
    assert_snapshot!(dev_with("network { cidr = \"10.0.0.0/24\" }"), @r#"
    error[wrong-value]: a VPC of /24 does not work
      --> environment.hcl:13:18
       |
    13 | network { cidr = "10.0.0.0/24" }
       |                  ^^^^^^^^^^^^^
       |
       = help: use /16 to /20: AWS takes no VPC above /16, and below /20 the pods run out of addresses
    "#);
    assert_snapshot!(dev_with("network { cidr = \"10.0.0.0/8\" }"), @r#"
    error[wrong-value]: a VPC of /8 does not work
      --> environment.hcl:13:18
       |
    13 | network { cidr = "10.0.0.0/8" }
       |                  ^^^^^^^^^^^^
       |
       = help: use /16 to /20: AWS takes no VPC above /16, and below /20 the pods run out of addresses
    "#);
    assert_snapshot!(dev_with("network { cidr = \"10.0.1.0/16\" }"), @r#"
    error[wrong-value]: `10.0.1.0/16` is an address inside a range, not the range
      --> environment.hcl:13:18
       |
    13 | network { cidr = "10.0.1.0/16" }
       |                  ^^^^^^^^^^^^^
       |
       = help: the range that holds it is `10.0.0.0/16`
    "#);
    assert_snapshot!(dev_with("network { cidr = \"8.8.0.0/16\" }"), @r#"
    error[wrong-value]: `8.8.0.0/16` belongs to the public internet
      --> environment.hcl:13:18
       |
    13 | network { cidr = "8.8.0.0/16" }
       |                  ^^^^^^^^^^^^
       |
       = help: take it from 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10
    "#);
    assert_snapshot!(dev_with("network { cidr = \"2001:db8::/56\" }"), @r#"
    error[wrong-value]: `2001:db8::/56` is not an address range
      --> environment.hcl:13:18
       |
    13 | network { cidr = "2001:db8::/56" }
       |                  ^^^^^^^^^^^^^^^
       |
       = help: write an IPv4 range such as `10.20.0.0/16`
    "#);
    assert_snapshot!(dev_with("network { nat = \"per-az\" }"), @r#"
    error[unknown-value]: `per-az` is not a value of `nat`
      --> environment.hcl:13:17
       |
    13 | network { nat = "per-az" }
       |                 ^^^^^^^^
       |
       = help: did you mean `per_az`?
    "#);
}

#[test]
fn subnets_fit_the_network() {
    assert_snapshot!(dev_with("network {\n  cidr = \"10.0.0.0/16\"\n  subnets {\n    public  = [\"10.0.0.0/24\", \"10.0.1.0/24\"]\n    private = [\"10.0.16.0/20\", \"10.0.16.0/24\"]\n    intra   = [\"10.0.2.0/24\", \"10.0.3.0/24\"]\n  }\n}"), @r#"
    error[overlap]: `10.0.16.0/24` overlaps private subnet 1 (10.0.16.0/20)
      --> environment.hcl:17:32
       |
    17 |     private = ["10.0.16.0/20", "10.0.16.0/24"]
       |                                ^^^^^^^^^^^^^^
       |
       = help: subnets of one VPC must be apart
    "#);
    assert_snapshot!(dev_with("network {\n  cidr = \"10.0.0.0/16\"\n  subnets {\n    public  = [\"10.1.0.0/24\", \"10.0.1.0/24\"]\n    private = [\"10.0.16.0/20\"]\n    intra   = [\"10.0.2.0/30\", \"10.0.3.1/24\"]\n  }\n}"), @r#"
    error[outside-vpc]: `10.1.0.0/24` lies outside the VPC's 10.0.0.0/16
      --> environment.hcl:16:16
       |
    16 |     public  = ["10.1.0.0/24", "10.0.1.0/24"]
       |                ^^^^^^^^^^^^^
       |
       = help: choose a range inside `network.cidr`

    error[wrong-length]: 1 private subnet for 2 availability zones
      --> environment.hcl:17:15
       |
    17 |     private = ["10.0.16.0/20"]
       |               ^^^^^^^^^^^^^^^^
       |
       = help: give one range for each zone, in the same order

    error[wrong-value]: a subnet of /30 does not work
      --> environment.hcl:18:16
       |
    18 |     intra   = ["10.0.2.0/30", "10.0.3.1/24"]
       |                ^^^^^^^^^^^^^
       |
       = help: AWS takes /16 to /28

    error[wrong-value]: `10.0.3.1/24` is an address inside a range, not the range
      --> environment.hcl:18:31
       |
    18 |     intra   = ["10.0.2.0/30", "10.0.3.1/24"]
       |                               ^^^^^^^^^^^^^
       |
       = help: the range that holds it is `10.0.3.0/24`
    "#);
    assert_snapshot!(dev_with("network { subnets { public = [\"10.0.0.0/24\", \"10.0.1.0/24\"] } }"), @r#"
    error[syntax]: the text is not valid HCL
      --> environment.hcl:13:19
       |
    13 | network { subnets { public = ["10.0.0.0/24", "10.0.1.0/24"] } }
       |                   ^ invalid attribute, expected `=`
    "#);
}

#[test]
fn zones_belong_to_the_region() {
    assert_snapshot!(dev_with("network { az_ids = [\"use1-az1\", \"use1-az3\"] }"), @r#"
    error[rejected-zone]: `use1-az3` cannot be used: EKS accepts no cluster subnet in this zone, and API Gateway VPC links (V2) are not offered in it
      --> environment.hcl:13:33
       |
    13 | network { az_ids = ["use1-az1", "use1-az3"] }
       |                                 ^^^^^^^^^^
       |
       = help: choose another zone of the Region
    "#);
    assert_snapshot!(dev_with("network { az_ids = [\"use1-az1\", \"us-east-1b\"] }"), @r#"
    error[unknown-zone]: us-east-1 has no zone id `us-east-1b`
      --> environment.hcl:13:33
       |
    13 | network { az_ids = ["use1-az1", "us-east-1b"] }
       |                                 ^^^^^^^^^^^^
       |
       = help: write the zone's id instead of its name: use1-az1, use1-az2, use1-az4, use1-az5, use1-az6
    "#);
    assert_snapshot!(dev_with("network { az_ids = [\"use1-az1\", \"use1-az9\"] }"), @r#"
    error[unknown-zone]: us-east-1 has no zone id `use1-az9`
      --> environment.hcl:13:33
       |
    13 | network { az_ids = ["use1-az1", "use1-az9"] }
       |                                 ^^^^^^^^^^
       |
       = help: its zone ids: use1-az1, use1-az2, use1-az4, use1-az5, use1-az6
    "#);
    assert_snapshot!(dev_with("network { az_ids = [\"use1-az1\"] }"), @r#"
    error[wrong-length]: `az_ids` has 1 element, it needs 2 to 3
      --> environment.hcl:13:20
       |
    13 | network { az_ids = ["use1-az1"] }
       |                    ^^^^^^^^^^^^
       |
       = help: Availability zone ids, two or three. Default: the first two (dev, staging) or three (prod) of the Region.
    "#);
}

#[test]
fn what_aws_does_not_have_is_refused() {
    assert_snapshot!(problems(&changed(DEV, "us-east-1", "us-esat-1")), @r#"
    error[unknown-region]: unknown Region `us-esat-1`
     --> environment.hcl:2:11
      |
    2 | region  = "us-esat-1"
      |           ^^^^^^^^^^^
      |
      = help: did you mean `us-east-1`?
    "#);
    assert_snapshot!(problems(&changed(DEV, "us-east-1", "moon-base-1")), @r#"
    error[unknown-region]: unknown Region `moon-base-1`
     --> environment.hcl:2:11
      |
    2 | region  = "moon-base-1"
      |           ^^^^^^^^^^^^^
      |
      = help: known: us-east-1, us-east-2, us-west-1, us-west-2, af-south-1, ap-east-1, ap-east-2, ap-northeast-1, ap-northeast-2, ap-northeast-3, ap-south-1, ap-south-2, ap-southeast-1, ap-southeast-2, ap-southeast-3, ap-southeast-4, ap-southeast-5, ap-southeast-6, ap-southeast-7, ca-central-1, ca-west-1, eu-central-1, eu-central-2, eu-north-1, eu-south-1, eu-south-2, eu-west-1, eu-west-2, eu-west-3, il-central-1, me-central-1, me-south-1, mx-central-1, sa-east-1
    "#);
    assert_snapshot!(problems(&changed(DEV, "cluster {", "cluster {\n  kubernetes_version = \"1.19\"")), @r#"
    error[unknown-version]: `1.19` is no Kubernetes version of EKS that is known here
     --> environment.hcl:6:24
      |
    6 |   kubernetes_version = "1.19"
      |                        ^^^^^^
      |
      = help: known: 1.32, 1.33, 1.34, 1.35, 1.36
    "#);
    assert_snapshot!(problems(&changed(DEV, "cluster {", "cluster {\n  system_instance = \"t3.largee\"")), @r#"
    error[unknown-instance]: unknown instance type `t3.largee`
     --> environment.hcl:6:21
      |
    6 |   system_instance = "t3.largee"
      |                     ^^^^^^^^^^^
      |
      = help: did you mean `t3.large`?
    "#);
    assert_snapshot!(model_with("  instance = \"g6.xlage\""), @r#"
    error[unknown-instance]: unknown instance type `g6.xlage`
      --> environment.hcl:11:14
       |
    11 |   instance = "g6.xlage"
       |              ^^^^^^^^^^
       |
       = help: did you mean `g6.xlarge`?
    "#);
    assert_snapshot!(model_with("  instance = \"z9.metal\""), @r#"
    error[unknown-instance]: unknown instance type `z9.metal`
      --> environment.hcl:11:14
       |
    11 |   instance = "z9.metal"
       |              ^^^^^^^^^^
       |
       = help: `deployer model size SOURCE` lists the types a model fits into
    "#);
}

#[test]
fn models_are_known_or_described() {
    assert_snapshot!(problems(&changed(DEV, "openai-community/gpt2", "openai-community/gtp2")), @r#"
    error[unknown-model]: the size of `openai-community/gtp2` is not known
      --> environment.hcl:10:12
       |
    10 |   source = "openai-community/gtp2"
       |            ^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: did you mean `openai-community/gpt2`? Otherwise add `parameters_billion`
    "#);
    assert_snapshot!(problems(&changed(DEV, "openai-community/gpt2", "example/unheard-of")), @r#"
    error[unknown-model]: the size of `example/unheard-of` is not known
      --> environment.hcl:10:12
       |
    10 |   source = "example/unheard-of"
       |            ^^^^^^^^^^^^^^^^^^^^
       |
       = help: add `parameters_billion`, the model's size as its hub page gives it
    "#);
    assert_snapshot!(problems(&changed(DEV, "openai-community/gpt2", "just-a-name")), @r#"
    error[wrong-value]: `just-a-name` is not a valid `source`
      --> environment.hcl:10:12
       |
    10 |   source = "just-a-name"
       |            ^^^^^^^^^^^^^
       |
       = help: Repository on the Hugging Face hub, `organisation/name`.
    "#);
    assert_snapshot!(model_with("  task = \"text_generation\""), @r#"
    error[unknown-value]: `text_generation` is not a value of `task`
      --> environment.hcl:11:10
       |
    11 |   task = "text_generation"
       |          ^^^^^^^^^^^^^^^^^
       |
       = help: did you mean `text-generation`?
    "#);
    assert_snapshot!(model_with("  parameters_billion = 0"), @"
    error[out-of-range]: `parameters_billion` is 0, it must be from 0.001 to 5000
      --> environment.hcl:11:24
       |
    11 |   parameters_billion = 0
       |                        ^
       |
       = help: Number of parameters in billions, for a model that the catalogue does not know.
    ");
}

#[test]
fn models_fit_their_instances() {
    assert_snapshot!(problems(&changed(DEV, "openai-community/gpt2\"", "meta-llama/Llama-3.1-70B\"\n  instance = \"g6.xlarge\"")), @r#"
    error[does-not-fit]: `gpt2` does not fit into g6.xlarge: it needs 171.6 GiB of GPU memory, the machine has 22.5
      --> environment.hcl:11:14
       |
    11 |   instance = "g6.xlarge"
       |              ^^^^^^^^^^^
       |
       = help: the cheapest that fits is `g6e.12xlarge` (3.9 GiB to spare)
    "#);
    assert_snapshot!(problems(&changed(DEV, "openai-community/gpt2\"", "meta-llama/Llama-3.1-8B\"\n  instance = \"t3.large\"")), @r#"
    error[does-not-fit]: `gpt2` does not fit into t3.large: it needs 26.9 GiB of memory, the machine has 8
      --> environment.hcl:11:14
       |
    11 |   instance = "t3.large"
       |              ^^^^^^^^^^
       |
       = help: the cheapest that fits is `g6e.xlarge` (17.0 GiB to spare)
    "#);
    assert_snapshot!(problems(&changed(DEV, "openai-community/gpt2\"", "meta-llama/Llama-3.1-8B\"\n  instance = \"g4dn.xlarge\"\n  dtype = \"bfloat16\"")), @r#"
    error[does-not-fit]: `gpt2` does not fit into g4dn.xlarge: its GPUs do not compute in bfloat16
      --> environment.hcl:11:14
       |
    11 |   instance = "g4dn.xlarge"
       |              ^^^^^^^^^^^^^
       |
       = help: the cheapest that fits is `g6e.xlarge` (17.0 GiB to spare)
    "#);
    assert_snapshot!(problems(&changed(DEV, "openai-community/gpt2\"", "example/enormous\"\n  parameters_billion = 4000")), @r#"
    error[does-not-fit]: `gpt2` fits into no instance type: it needs 8281.8 GiB of GPU memory
     --> environment.hcl:9:1
      |
    9 | model "gpt2" {
      | ^^^^^^^^^^^^
      |
      = help: choose a smaller model, a narrower `dtype`, or less `context` and `batch`
    "#);
    assert_snapshot!(model_with("  context = 4096"), @"
    error[out-of-range]: `openai-community/gpt2` takes at most 1024 tokens
      --> environment.hcl:11:13
       |
    11 |   context = 4096
       |             ^^^^
       |
       = help: use 1024 or less
    ");
    assert_snapshot!(model_with("  batch = 0"), @"
    error[out-of-range]: `batch` is 0, it must be from 1 to 4096
      --> environment.hcl:11:11
       |
    11 |   batch = 0
       |           ^
       |
       = help: Requests in flight at once per replica.
    ");
}

#[test]
fn replicas_and_capacity_agree() {
    assert_snapshot!(model_with("  replicas {\n    min = 3\n    max = 2\n  }"), @"
    error[conflict]: at least 3 replicas, but at most 2
      --> environment.hcl:13:11
       |
    13 |     max = 2
       |           ^
       |
       = help: make `max` at least `min`
    ");
    assert_snapshot!(model_with("  replicas {\n    min = 1\n    max = 500\n  }"), @"
    error[out-of-range]: a node group holds at most 450 nodes
      --> environment.hcl:13:11
       |
    13 |     max = 500
       |           ^^^
       |
       = help: spread the load over several models or environments
    ");
    assert_snapshot!(model_with("  capacity = \"capacity_block\""), @r#"
    error[missing-argument]: `gpt2` would run in a capacity block, which needs its reservation
      --> environment.hcl:11:14
       |
    11 |   capacity = "capacity_block"
       |              ^^^^^^^^^^^^^^^^
       |
       = help: add `reservation_id = "cr-…"` and `reservation_az_id` to the model
    "#);
    assert_snapshot!(problems(&changed(DEV, "cluster {", "cluster {\n  capacity = \"capacity_block\"")), @r#"
    error[missing-argument]: `gpt2` would run in a capacity block, which needs its reservation
     --> environment.hcl:6:14
      |
    6 |   capacity = "capacity_block"
      |              ^^^^^^^^^^^^^^^^
      |
      = help: add `reservation_id = "cr-…"` and `reservation_az_id` to the model
    "#);
    assert_snapshot!(model_with("  reservation_id = \"cr-0123456789abcdef0\""), @r#"
    error[conflict]: a reservation has no effect with `spot`
      --> environment.hcl:11:20
       |
    11 |   reservation_id = "cr-0123456789abcdef0"
       |                    ^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: set `capacity = "capacity_block"`, or take the reservation out
    "#);
    assert_snapshot!(model_with("  capacity = \"capacity_block\"\n  reservation_id = \"cr-12\""), @r#"
    error[wrong-value]: `cr-12` is not a valid `reservation_id`
      --> environment.hcl:12:20
       |
    12 |   reservation_id = "cr-12"
       |                    ^^^^^^^
       |
       = help: EC2 capacity reservation, needed for `capacity_block`: `cr-` and 17 hexadecimal digits.
    "#);
}

#[test]
fn administrators_are_roles_or_users() {
    assert_snapshot!(admin("arn:aws:iam::111122223333:root"), @r#"
    error[wrong-value]: `arn:aws:iam::111122223333:root` is not the ARN of an IAM role or user
     --> environment.hcl:6:13
      |
    6 |   admins = ["arn:aws:iam::111122223333:root"]
      |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: an access entry cannot be the account's root user; name a role
    "#);
    assert_snapshot!(admin("arn:aws:sts::111122223333:assumed-role/admin/alice"), @r#"
    error[wrong-value]: `arn:aws:sts::111122223333:assumed-role/admin/alice` is not the ARN of an IAM role or user
     --> environment.hcl:6:13
      |
    6 |   admins = ["arn:aws:sts::111122223333:assumed-role/admin/alice"]
      |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: this is a session of a role; name the role: `arn:aws:iam::111122223333:role/admin`
    "#);
    assert_snapshot!(admin("arn:aws:iam::11112222333:role/admin"), @r#"
    error[wrong-value]: `arn:aws:iam::11112222333:role/admin` is not the ARN of an IAM role or user
     --> environment.hcl:6:13
      |
    6 |   admins = ["arn:aws:iam::11112222333:role/admin"]
      |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: an account has 12 digits, `11112222333` has 11
    "#);
    assert_snapshot!(admin("arn:aws:iam::111122223333:group/admins"), @r#"
    error[wrong-value]: `arn:aws:iam::111122223333:group/admins` is not the ARN of an IAM role or user
     --> environment.hcl:6:13
      |
    6 |   admins = ["arn:aws:iam::111122223333:group/admins"]
      |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: write it as `arn:aws:iam::111122223333:role/NAME`
    "#);
    assert_snapshot!(admin("admin"), @r#"
    error[wrong-value]: `admin` is not the ARN of an IAM role or user
     --> environment.hcl:6:13
      |
    6 |   admins = ["admin"]
      |             ^^^^^^^
      |
      = help: write it as `arn:aws:iam::111122223333:role/NAME`
    "#);
}

#[test]
fn the_public_endpoint_is_not_for_everybody() {
    assert_snapshot!(problems(&changed(DEV, "cluster {", "cluster {\n  public_access_cidrs = [\"0.0.0.0/0\", \"198.51.100.7/24\", \"office\"]")), @r#"
    error[wrong-value]: `0.0.0.0/0` opens the cluster's endpoint to too much of the internet
     --> environment.hcl:6:26
      |
    6 |   public_access_cidrs = ["0.0.0.0/0", "198.51.100.7/24", "office"]
      |                          ^^^^^^^^^^^
      |
      = help: name the offices or runners that need it, /16 at the widest

    error[wrong-value]: `198.51.100.7/24` is an address inside a range, not the range
     --> environment.hcl:6:39
      |
    6 |   public_access_cidrs = ["0.0.0.0/0", "198.51.100.7/24", "office"]
      |                                       ^^^^^^^^^^^^^^^^^
      |
      = help: the range that holds it is `198.51.100.0/24`

    error[wrong-value]: `office` is not an address range
     --> environment.hcl:6:58
      |
    6 |   public_access_cidrs = ["0.0.0.0/0", "198.51.100.7/24", "office"]
      |                                                          ^^^^^^^^
      |
      = help: write an IPv4 range such as `10.20.0.0/16`
    "#);
}

#[test]
fn each_mode_has_its_ways_of_authentication() {
    assert_snapshot!(dev_with("edge {\n  mode = \"rest\"\n  auth = \"jwt\"\n}"), @r#"
    error[conflict]: `jwt` does not work in `rest` mode
      --> environment.hcl:15:10
       |
    15 |   auth = "jwt"
       |          ^^^^^
       |
       = help: this mode offers `api_key`, `iam`, `none`
    "#);
    assert_snapshot!(dev_with("edge {\n  mode = \"http\"\n  auth = \"api_key\"\n}"), @r#"
    error[conflict]: `api_key` does not work in `http` mode
      --> environment.hcl:15:10
       |
    15 |   auth = "api_key"
       |          ^^^^^^^^^
       |
       = help: this mode offers `jwt`, `iam`, `none`
    "#);
    assert_snapshot!(dev_with("edge {\n  mode = \"vpc_origin\"\n  auth = \"iam\"\n}"), @r#"
    error[conflict]: `iam` does not work in `vpc_origin` mode
      --> environment.hcl:15:10
       |
    15 |   auth = "iam"
       |          ^^^^^
       |
       = help: this mode offers `jwt`, `none`
    "#);
    assert_snapshot!(dev_with("edge {\n  mode   = \"http\"\n  stream = true\n}"), @r#"
    error[conflict]: an HTTP API cannot stream
      --> environment.hcl:15:12
       |
    15 |   stream = true
       |            ^^^^
       |
       = help: use `mode = "rest"` or `"vpc_origin"`, or leave `stream` out
    "#);
}

#[test]
fn tokens_need_an_issuer() {
    assert_snapshot!(dev_with("edge {\n  mode = \"vpc_origin\"\n  auth = \"jwt\"\n  jwt {\n    issuer   = \"https://issuer.example.com\"\n    audience = [\"models\"]\n  }\n}"), @r#"
    error[missing-argument]: the load balancer checks tokens on HTTPS only, for which it needs a domain
      --> environment.hcl:13:1
       |
    13 | edge {
       | ^^^^
       |
       = help: add `domain` and `hosted_zone_id` to block `edge`, or use `mode = "http"`
    "#);
    assert_snapshot!(dev_with("edge {\n  mode = \"http\"\n  auth = \"jwt\"\n}"), @"
    error[missing-block]: tokens need an issuer: block `jwt` is missing
      --> environment.hcl:13:1
       |
    13 | edge {
       | ^^^^
       |
       = help: add a block `jwt` with `issuer` and `audience` to block `edge`
    ");
    assert_snapshot!(dev_with("edge {\n  mode = \"http\"\n  jwt {\n    issuer   = \"https://issuer.example.com\"\n    audience = [\"a\"]\n  }\n}"), @r#"
    error[conflict]: block `jwt` has no effect without `auth = "jwt"`
      --> environment.hcl:15:3
       |
    15 |   jwt {
       |   ^^^
       |
       = help: set `auth = "jwt"`, or take the block out
    "#);
    assert_snapshot!(dev_with("edge {\n  mode = \"vpc_origin\"\n  auth = \"jwt\"\n  jwt {\n    issuer   = \"https://issuer.example.com\"\n    audience = [\"a\", \"b\"]\n  }\n}"), @r#"
    error[missing-argument]: the load balancer checks tokens on HTTPS only, for which it needs a domain
      --> environment.hcl:13:1
       |
    13 | edge {
       | ^^^^
       |
       = help: add `domain` and `hosted_zone_id` to block `edge`, or use `mode = "http"`

    error[wrong-length]: a load balancer checks one audience
      --> environment.hcl:18:16
       |
    18 |     audience = ["a", "b"]
       |                ^^^^^^^^^^
       |
       = help: name one; a load balancer accepts no more
    "#);
    assert_snapshot!(dev_with("edge {\n  mode = \"http\"\n  auth = \"jwt\"\n  jwt {\n    issuer   = \"http://issuer.example.com\"\n    audience = []\n  }\n}"), @r#"
    error[wrong-value]: `http://issuer.example.com` is not a valid `issuer`
      --> environment.hcl:17:16
       |
    17 |     issuer   = "http://issuer.example.com"
       |                ^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: Issuer URL, beginning with `https://`.

    error[wrong-length]: `audience` has 0 elements, it needs at least 1
      --> environment.hcl:18:16
       |
    18 |     audience = []
       |                ^^
       |
       = help: Accepted audiences.
    "#);
}

#[test]
fn the_edge_takes_sensible_values() {
    assert_snapshot!(dev_with("edge { rate_limit = 9 }"), @"
    error[out-of-range]: `rate_limit` is 9, it must be from 10 to 2000000000
      --> environment.hcl:13:21
       |
    13 | edge { rate_limit = 9 }
       |                     ^
       |
       = help: Requests that one address may make in 60 seconds, at least 10. Default 100.
    ");
    assert_snapshot!(dev_with("edge { domain = \"models.example.com\" }"), @r#"
    error[missing-argument]: a domain needs its hosted zone
      --> environment.hcl:13:17
       |
    13 | edge { domain = "models.example.com" }
       |                 ^^^^^^^^^^^^^^^^^^^^
       |
       = help: add `hosted_zone_id`: the certificate is validated by a record in that zone
    "#);
    assert_snapshot!(dev_with("edge { hosted_zone_id = \"Z0123456789EXAMPLE\" }"), @r#"
    error[missing-argument]: a hosted zone without a domain
      --> environment.hcl:13:25
       |
    13 | edge { hosted_zone_id = "Z0123456789EXAMPLE" }
       |                         ^^^^^^^^^^^^^^^^^^^^
       |
       = help: add `domain`, or take it out
    "#);
    assert_snapshot!(dev_with("edge {\n  domain = \"https://models.example.com\"\n  hosted_zone_id = \"zone\"\n}"), @r#"
    error[wrong-value]: `https://models.example.com` is not a domain name
      --> environment.hcl:14:12
       |
    14 |   domain = "https://models.example.com"
       |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: for example `models.example.com`

    error[wrong-value]: `zone` is not a valid `hosted_zone_id`
      --> environment.hcl:15:20
       |
    15 |   hosted_zone_id = "zone"
       |                    ^^^^^^
       |
       = help: Route 53 hosted zone that holds the domain, for example `Z0123456789EXAMPLE`.
    "#);
    assert_snapshot!(dev_with("edge { allow_countries = [\"DE\", \"Germany\"] }"), @r#"
    error[wrong-value]: `Germany` is not a country code
      --> environment.hcl:13:33
       |
    13 | edge { allow_countries = ["DE", "Germany"] }
       |                                 ^^^^^^^^^
       |
       = help: two capital letters of ISO 3166-1, for example `DE`
    "#);
    assert_snapshot!(dev_with("edge { price_class = \"100\" }"), @r#"
    error[unknown-value]: `100` is not a value of `price_class`
      --> environment.hcl:13:22
       |
    13 | edge { price_class = "100" }
       |                      ^^^^^
       |
       = help: one of: PriceClass_100, PriceClass_200, PriceClass_All
    "#);
}

#[test]
fn monitoring_takes_what_cloudwatch_takes() {
    assert_snapshot!(dev_with("monitoring { log_days = 45 }"), @"
    error[wrong-value]: CloudWatch cannot keep logs for 45 days
      --> environment.hcl:13:25
       |
    13 | monitoring { log_days = 45 }
       |                         ^^
       |
       = help: use 30, the nearest period that it has
    ");
    assert_snapshot!(dev_with("network { flow_log_days = 0 }"), @"
    error[wrong-value]: CloudWatch cannot keep logs for 0 days
      --> environment.hcl:13:27
       |
    13 | network { flow_log_days = 0 }
       |                           ^
       |
       = help: use 1, the nearest period that it has
    ");
    assert_snapshot!(dev_with("monitoring { emails = [\"oncall\"] }"), @r#"
    error[wrong-value]: `oncall` is not an e-mail address
      --> environment.hcl:13:24
       |
    13 | monitoring { emails = ["oncall"] }
       |                        ^^^^^^^^
       |
       = help: for example `oncall@example.com`
    "#);
}

#[test]
fn delivery_names_a_repository_and_a_boundary() {
    assert_snapshot!(dev_with("delivery { github_repository = \"https://github.com/example/models\" }"), @r#"
    error[wrong-value]: `https://github.com/example/models` is not a valid `github_repository`
      --> environment.hcl:13:32
       |
    13 | delivery { github_repository = "https://github.com/example/models" }
       |                                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: GitHub repository whose workflow deploys this environment, `owner/name`.
    "#);
    assert_snapshot!(dev_with("delivery {\n  github_repository = \"example/models\"\n  permissions_boundary_arn = \"arn:aws:iam::111122223333:role/boundary\"\n}"), @r#"
    error[wrong-value]: `arn:aws:iam::111122223333:role/boundary` is not the ARN of an IAM policy
      --> environment.hcl:15:30
       |
    15 |   permissions_boundary_arn = "arn:aws:iam::111122223333:role/boundary"
       |                              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: write it as `arn:aws:iam::111122223333:policy/NAME`
    "#);
}

#[test]
fn prod_demands_what_protects_it() {
    assert_snapshot!(prod("  domain         = \"models.example.com\"\n  hosted_zone_id = \"Z0123456789EXAMPLE\"\n", ""), @"
    error[prod-demand]: prod needs a domain of its own
      --> environment.hcl:14:1
       |
    14 | edge {
       | ^^^^
       |
       = help: add `domain` and `hosted_zone_id` to block `edge`: with CloudFront's own certificate clients may use TLS 1.0, and the load balancer has no certificate for HTTPS
    ");
    assert_snapshot!(prod("  emails             = [\"oncall@example.com\"]\n", ""), @r#"
    error[prod-demand]: nobody would hear of an alarm in prod
      --> environment.hcl:19:1
       |
    19 | monitoring {
       | ^^^^^^^^^^
       |
       = help: add `emails = ["oncall@example.com"]` to block `monitoring`
    "#);
    assert_snapshot!(prod("  monthly_budget_usd = 6000\n", ""), @"
    error[prod-demand]: prod needs a monthly budget
      --> environment.hcl:19:1
       |
    19 | monitoring {
       | ^^^^^^^^^^
       |
       = help: add `monthly_budget_usd` to block `monitoring`; `deployer cost ENV` tells what to expect
    ");
    assert_snapshot!(prod("edge {", "edge {\n  firewall = \"count\""), @r#"
    error[prod-demand]: the firewall of prod must block
      --> environment.hcl:15:14
       |
    15 |   firewall = "count"
       |              ^^^^^^^
       |
       = help: use `block`; `count` is for trying rules out before production
    "#);
    assert_snapshot!(prod("edge {", "edge {\n  auth = \"none\""), @r#"
    error[prod-demand]: prod must know its callers
      --> environment.hcl:15:10
       |
    15 |   auth = "none"
       |          ^^^^^^
       |
       = help: this mode offers `api_key`, `iam`
    "#);
    assert_snapshot!(prod("cluster {", "network {\n  nat = \"single\"\n}\n\ncluster {"), @r#"
    error[prod-demand]: prod needs a NAT gateway in each zone
     --> environment.hcl:6:9
      |
    6 |   nat = "single"
      |         ^^^^^^^^
      |
      = help: use `per_az` or `regional`: with one gateway a zone's failure takes every node off the internet
    "#);
    assert_snapshot!(prod("cluster {", "network {\n  nat = \"none\"\n}\n\ncluster {"), @r#"
    error[prod-demand]: prod needs a NAT gateway in each zone
     --> environment.hcl:6:9
      |
    6 |   nat = "none"
      |         ^^^^^^
      |
      = help: use `per_az` or `regional`: with one gateway a zone's failure takes every node off the internet
    "#);
}

#[test]
fn prod_demands_what_keeps_it_running() {
    assert_snapshot!(prod("cluster {", "cluster {\n  capacity = \"spot\""), @r#"
    error[prod-demand]: `gpt2` would run on spot nodes in prod
     --> environment.hcl:6:14
      |
    6 |   capacity = "spot"
      |              ^^^^^^
      |
      = help: use `on_demand` or `capacity_block`
    "#);
    assert_snapshot!(prod("  revision", "  capacity = \"spot\"\n  revision"), @r#"
    error[prod-demand]: `gpt2` would run on spot nodes in prod
      --> environment.hcl:11:14
       |
    11 |   capacity = "spot"
       |              ^^^^^^
       |
       = help: use `on_demand` or `capacity_block`
    "#);
    assert_snapshot!(prod("  revision", "  replicas {\n    min = 1\n    max = 2\n  }\n  revision"), @"
    error[prod-demand]: prod needs two replicas of `gpt2`
      --> environment.hcl:12:11
       |
    12 |     min = 1
       |           ^
       |
       = help: set `min = 2` or more: with one replica every node replacement is an outage
    ");
    assert_snapshot!(prod("cluster {", "cluster {\n  deletion_protection = false"), @"
    error[prod-demand]: a prod cluster must refuse to be deleted
     --> environment.hcl:6:25
      |
    6 |   deletion_protection = false
      |                         ^^^^^
      |
      = help: leave `deletion_protection` out; turn it off by hand on the day the cluster is to go
    ");
    assert_snapshot!(prod("edge {", "delivery {\n  github_repository = \"example/models\"\n}\n\nedge {"), @"
    error[prod-demand]: the deploy role of prod needs a permissions boundary
      --> environment.hcl:14:1
       |
    14 | delivery {
       | ^^^^^^^^
       |
       = help: add `permissions_boundary_arn`: the deploy role makes roles, and the boundary is what limits them
    ");
    assert_snapshot!(problems(&changed(DEV, "\"dev\"", "\"prod\"")), @r#"
    error[prod-demand]: prod needs a domain of its own
     --> environment.hcl:3:11
      |
    3 | tier    = "prod"
      |           ^^^^^^
      |
      = help: add `domain` and `hosted_zone_id` to block `edge`: with CloudFront's own certificate clients may use TLS 1.0, and the load balancer has no certificate for HTTPS

    error[prod-demand]: nobody would hear of an alarm in prod
     --> environment.hcl:3:11
      |
    3 | tier    = "prod"
      |           ^^^^^^
      |
      = help: add `emails = ["oncall@example.com"]` to block `monitoring`

    error[prod-demand]: prod needs a monthly budget
     --> environment.hcl:3:11
      |
    3 | tier    = "prod"
      |           ^^^^^^
      |
      = help: add `monthly_budget_usd` to block `monitoring`; `deployer cost ENV` tells what to expect
    "#);
}

#[test]
fn a_text_that_is_no_hcl_is_shown_where_it_ends_to_be() {
    assert_snapshot!(problems("project = \n"), @r#"
    error[syntax]: the text is not valid HCL
     --> environment.hcl:1:11
      |
    1 | project = 
      |           ^ invalid expression, expected `"`, `[`, `{`, `-`, `!`, `(`, `_`, `<`, letter or digit
    "#);
    assert_snapshot!(problems("cluster {\n  admins = [\"a\"\n}\n"), @"
    error[syntax]: the text is not valid HCL
     --> environment.hcl:3:1
      |
    3 | }
      | ^ expected `]`
    ");
    assert_snapshot!(problems("project: models\n"), @r#"
    error[syntax]: the text is not valid HCL
     --> environment.hcl:1:8
      |
    1 | project: models
      |        ^ invalid structure, expected `{`, `=`, `"` or identifier
    "#);
    assert_snapshot!(problems("\u{feff}project = = 1\n"), @r#"
    error[syntax]: the text is not valid HCL
     --> environment.hcl:1:12
      |
    1 | ﻿project = = 1
      |           ^ invalid expression, expected `"`, `[`, `{`, `-`, `!`, `(`, `_`, `<`, letter or digit
    "#);
}

#[test]
fn all_problems_come_at_once_in_the_order_of_the_file() {
    assert_snapshot!(problems(SEVERAL), @r#"
    error[wrong-value]: `Models` is not a valid `project`
     --> environment.hcl:1:11
      |
    1 | project = "Models"
      |           ^^^^^^^^
      |
      = help: Project name, the first part of every resource name: 2 to 16 lower-case letters, digits or hyphens, starting with a letter.

    error[prod-demand]: nobody would hear of an alarm in prod
     --> environment.hcl:3:11
      |
    3 | tier    = "prod"
      |           ^^^^^^
      |
      = help: add `emails = ["oncall@example.com"]` to block `monitoring`

    error[prod-demand]: prod needs a monthly budget
     --> environment.hcl:3:11
      |
    3 | tier    = "prod"
      |           ^^^^^^
      |
      = help: add `monthly_budget_usd` to block `monitoring`; `deployer cost ENV` tells what to expect

    error[unknown-argument]: unknown argument `colour`
     --> environment.hcl:4:1
      |
    4 | colour  = "blue"
      | ^^^^^^
      |
      = help: known here: project, region, tier, account_id, tags, network, cluster, registry, model, edge, monitoring, delivery

    error[wrong-value]: a VPC of /8 does not work
     --> environment.hcl:7:10
      |
    7 |   cidr = "10.0.0.0/8"
      |          ^^^^^^^^^^^^
      |
      = help: use /16 to /20: AWS takes no VPC above /16, and below /20 the pods run out of addresses

    error[prod-demand]: prod needs a NAT gateway in each zone
     --> environment.hcl:8:10
      |
    8 |   nat  = "single"
      |          ^^^^^^^^
      |
      = help: use `per_az` or `regional`: with one gateway a zone's failure takes every node off the internet

    error[not-literal]: a specification holds plain values only
      --> environment.hcl:12:13
       |
    12 |   admins = [var.admin, "arn:aws:iam::111122223333:root"]
       |             ^^^^^^^^^
       |
       = help: write the value itself: variables, functions and templates belong in the generated Terraform

    error[wrong-value]: `arn:aws:iam::111122223333:root` is not the ARN of an IAM role or user
      --> environment.hcl:12:24
       |
    12 |   admins = [var.admin, "arn:aws:iam::111122223333:root"]
       |                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: an access entry cannot be the account's root user; name a role

    error[unknown-instance]: unknown instance type `g6.xlarg`
      --> environment.hcl:17:14
       |
    17 |   instance = "g6.xlarg"
       |              ^^^^^^^^^^
       |
       = help: did you mean `g6.xlarge`?

    error[prod-demand]: prod needs a domain of its own
      --> environment.hcl:20:1
       |
    20 | edge {
       | ^^^^
       |
       = help: add `domain` and `hosted_zone_id` to block `edge`: with CloudFront's own certificate clients may use TLS 1.0, and the load balancer has no certificate for HTTPS

    error[out-of-range]: `rate_limit` is 5, it must be from 10 to 2000000000
      --> environment.hcl:21:16
       |
    21 |   rate_limit = 5
       |                ^
       |
       = help: Requests that one address may make in 60 seconds, at least 10. Default 100.
    "#);
}

#[test]
fn a_minimal_file_gets_the_defaults_of_its_tier() {
    for (tier, text) in
        [("dev", DEV.to_owned()), ("staging", changed(DEV, "\"dev\"", "\"staging\"")), ("prod", PROD.to_owned())]
    {
        let loaded = load(tier, Source::new("environment.hcl", text)).unwrap();
        assert!(loaded.warnings.is_empty());
        assert_snapshot!(format!("defaults_{tier}"), format!("{:#?}", loaded.environment));
    }
}
