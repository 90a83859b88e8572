//! What holds for every specification: a valid one gives Terraform without a flaw, however environments are mixed in a
//! workspace; a broken one gives problems that can be shown, and never a panic.

mod common;

use std::{collections::BTreeSet, fmt::Write as _, path::Path, sync::LazyLock};

use common::{DEV, PROD};
use deployer::{
    catalog::regions::regions,
    diagnostic::Source,
    files::GeneratedFile,
    generate::{module_files, problems, stack_files},
    hcl::{Document, expand::Mode},
    permissions::needs,
    preview::{ExpandedStack, expand_stacks},
    report::diagnostic::{Colour, json, people, workflow},
    schema::Schemas,
    spec::{EnvironmentSpec, load},
};
use proptest::{collection::vec, option, prelude::*, sample::select};

/// The embedded schemas, indexed once for all cases.
static SCHEMAS: LazyLock<Schemas> = LazyLock::new(Schemas::embedded);

/// Names of the environments of one workspace.
const NAMES: [&str; 3] = ["dev", "sixteen-letters0", "prod"];

/// Data sources that ask AWS nothing, or what it tells everybody.
const FREE: [&str; 5] =
    ["aws_caller_identity", "aws_default_tags", "aws_iam_policy_document", "aws_partition", "aws_region"];

/// So many cases, or what `PROPTEST_CASES` says.
fn cases(default: u32) -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig { cases: asked.unwrap_or(default), failure_persistence: None, ..ProptestConfig::default() }
}

/// A line of the file, or nothing where the file does not say.
fn line(name: &str, values: &'static [&'static str]) -> BoxedStrategy<String> {
    let name = name.to_owned();
    option::of(select(values))
        .prop_map(move |value| value.map_or_else(String::new, |value| format!("{name} = {value}\n")))
        .boxed()
}

/// All lines one after another.
fn lines(parts: Vec<BoxedStrategy<String>>) -> BoxedStrategy<String> {
    parts.prop_map(|lines| lines.concat()).boxed()
}

/// What decides what else a specification may say.
#[derive(Clone, Copy, Debug)]
struct Kind {
    tier: &'static str,
    mode: &'static str,
    zones: usize,
    region: &'static str,
}

impl Kind {
    fn is_prod(self) -> bool {
        self.tier == "prod"
    }
}

fn kind() -> impl Strategy<Value = Kind> {
    let names: Vec<&'static str> = regions().all.iter().map(|region| region.name.as_str()).collect();
    let region = prop_oneof![2 => Just("us-east-1"), 1 => select(names)];
    (select(vec!["dev", "staging", "prod"]), select(vec!["rest", "http", "vpc_origin"]), 2_usize..=3, region)
        .prop_map(|(tier, mode, zones, region)| Kind { tier, mode, zones, region })
}

fn network(kind: Kind) -> BoxedStrategy<String> {
    let nat: &[&str] = if kind.is_prod() {
        &["\"per_az\"", "\"regional\""]
    } else {
        &["\"none\"", "\"single\"", "\"per_az\"", "\"regional\""]
    };
    let known = regions().find(kind.region).map(|region| region.zones.clone()).unwrap_or_default();
    let zones = kind.zones.min(known.len());
    let plan = option::of(Just(())).prop_map(move |plan| {
        let ranges = |third: usize| (0..zones).map(|zone| format!("\"10.7.{}.0/20\"", third + 16 * zone)).collect::<Vec<_>>().join(", ");
        plan.map_or_else(String::new, |()| {
            let ids = known[..zones].iter().map(|zone| format!("\"{zone}\"")).collect::<Vec<_>>().join(", ");
            format!(
                "cidr = \"10.7.0.0/16\"\naz_ids = [{ids}]\nsubnets {{\npublic = [{}]\nprivate = [{}]\nintra = [{}]\n}}\n",
                ranges(0),
                ranges(64),
                ranges(128)
            )
        })
    });
    let endpoints = &["[]", "[\"ecr.api\", \"ecr.dkr\"]", "[\"sts\", \"logs\", \"bedrock-runtime\"]"];
    lines(vec![
        line("nat", nat.to_vec().leak()),
        line("interface_endpoints", endpoints),
        line("flow_log_days", &["1", "400"]),
        plan.boxed(),
    ])
    .prop_map(|lines| format!("network {{\n{lines}}}\n"))
    .boxed()
}

fn cluster(kind: Kind) -> BoxedStrategy<String> {
    let capacity: &[&str] = if kind.is_prod() { &["\"on_demand\""] } else { &["\"on_demand\"", "\"spot\""] };
    let admins = &[
        "[\"arn:aws:iam::111122223333:role/admin\"]",
        "[\"arn:aws:iam::111122223333:role/path/admin\", \"arn:aws:iam::111122223333:user/alice\"]",
    ];
    lines(vec![
        select(admins.to_vec()).prop_map(|admins| format!("admins = {admins}\n")).boxed(),
        line("compute", &["\"managed\"", "\"auto\""]),
        line("kubernetes_version", &["\"1.33\""]),
        line("public_access_cidrs", &["[]", "[\"198.51.100.0/24\", \"203.0.113.7/32\"]"]),
        line("system_instance", &["\"m6i.large\""]),
        line("system_nodes", &["1", "5"]),
        line("capacity", capacity),
    ])
    .prop_map(|lines| format!("cluster {{\n{lines}}}\n"))
    .boxed()
}

fn models(kind: Kind) -> BoxedStrategy<String> {
    let whole = [
        "source = \"openai-community/gpt2\"\n",
        "source = \"openai-community/gpt2\"\ninstance = \"m6i.xlarge\"\n",
        "source = \"openai-community/gpt2\"\ninstance = \"g6.xlarge\"\nbatch = 8\ncontext = 512\n",
        "source = \"stabilityai/stable-diffusion-xl-base-1.0\"\n",
        "source = \"meta-llama/Llama-3.1-8B\"\nrevision = \"v1.0\"\n",
        "source = \"openai/whisper-large-v3\"\nengine = \"transformers\"\n",
        "source = \"example/unheard-of\"\nparameters_billion = 7\ntask = \"text-generation\"\ncontext = 4096\n",
        "source = \"BAAI/bge-large-en-v1.5\"\ncapacity = \"capacity_block\"\nreservation_id = \"cr-0123456789abcdef0\"\nreservation_az_id = \"ZONE\"\n",
    ];
    let zone = regions().find(kind.region).and_then(|region| region.zones.first()).cloned().unwrap_or_default();
    let replicas: &[&str] = if kind.is_prod() {
        &["min = 2\nmax = 2", "min = 3\nmax = 450"]
    } else {
        &["min = 0\nmax = 1", "min = 2\nmax = 5"]
    };
    let replicas = replicas.to_vec();
    vec((select(whole.to_vec()).prop_map(str::to_owned), option::of(select(replicas))), 1..=3)
        .prop_map(move |models| {
            let mut text = String::new();
            for ((model, replicas), name) in models.into_iter().zip(["a", "gpt-2-b", "the-longest-name-of-30-letters"])
            {
                let replicas = replicas.map_or_else(String::new, |replicas| format!("replicas {{\n{replicas}\n}}\n"));
                let _ = write!(text, "model \"{name}\" {{\n{}{replicas}}}\n", model.replace("ZONE", &zone));
            }
            text
        })
        .boxed()
}

fn edge(kind: Kind) -> BoxedStrategy<String> {
    const TOKENS: &str =
        "auth = \"jwt\"\njwt {\nissuer = \"https://issuer.example.com/\"\naudience = [\"models\"]\n}\n";
    const KEYS: &str = "auth = \"jwt\"\njwt {\nissuer = \"https://issuer.example.com\"\naudience = [\"models\"]\njwks_url = \"https://keys.example.com/jwks\"\n}\n";
    let mut ways = match kind.mode {
        "rest" => vec!["", "auth = \"api_key\"\n", "auth = \"iam\"\n"],
        "http" => vec!["", "auth = \"iam\"\n", TOKENS],
        _ => vec![TOKENS, KEYS],
    };
    if !kind.is_prod() {
        ways.push("auth = \"none\"\n");
    }
    let domain = "domain = \"models.example.com\"\nhosted_zone_id = \"Z0123456789EXAMPLE\"\n";
    let way = (select(ways), any::<bool>()).prop_map(move |(way, named)| {
        let checks_tokens = kind.mode == "vpc_origin" && way.contains("jwt");
        format!("{way}{}", if named || checks_tokens || kind.is_prod() { domain } else { "" })
    });
    let firewall: &[&str] = if kind.is_prod() { &["\"block\""] } else { &["\"block\"", "\"count\""] };
    let stream: &[&str] = if kind.mode == "http" { &["false"] } else { &["true", "false"] };
    lines(vec![
        way.boxed(),
        line("firewall", firewall.to_vec().leak()),
        line("stream", stream.to_vec().leak()),
        line("rate_limit", &["10", "2000000000"]),
        line("allow_countries", &["[]", "[\"DE\", \"FR\"]"]),
        line("price_class", &["\"PriceClass_All\""]),
        line("throttle_rate", &["1"]),
        line("owns_api_logging", &["true", "false"]),
    ])
    .prop_map(move |lines| format!("edge {{\nmode = \"{}\"\n{lines}}}\n", kind.mode))
    .boxed()
}

fn monitoring(kind: Kind) -> BoxedStrategy<String> {
    let demanded = if kind.is_prod() { "emails = [\"oncall@example.com\"]\nmonthly_budget_usd = 9\n" } else { "" };
    lines(vec![
        line("p95_target_seconds", &["1", "900"]),
        line("log_days", &["1", "3653"]),
        line("canary", &["true", "false"]),
        line("anomaly_detection", &["true", "false"]),
    ])
    .prop_map(move |lines| format!("monitoring {{\n{demanded}{lines}}}\n"))
    .boxed()
}

fn delivery(kind: Kind) -> BoxedStrategy<String> {
    let boundary = "permissions_boundary_arn = \"arn:aws:iam::111122223333:policy/boundary\"\n";
    let boundary = option::of(Just(boundary))
        .prop_map(move |chosen| if kind.is_prod() { boundary } else { chosen.unwrap_or_default() });
    option::of((boundary, line("owns_identity_provider", &["true", "false"])))
        .prop_map(|chosen| {
            chosen.map_or_else(String::new, |(boundary, owns)| {
                format!("delivery {{\ngithub_repository = \"example/models\"\n{boundary}{owns}}}\n")
            })
        })
        .boxed()
}

/// The text of a valid specification.
fn specification() -> impl Strategy<Value = String> {
    let tags = &["{}", "{ team = \"ml\", \"cost:center\" = \"a \\\"b\\\" $${c} %%{d} \\\\ é\" }"];
    kind().prop_flat_map(move |kind| {
        let rest = lines(vec![
            line("account_id", &["\"111122223333\""]),
            line("tags", tags),
            network(kind),
            cluster(kind),
            lines(vec![line("scan", &["\"basic\"", "\"enhanced\""]), line("owns_scanning", &["true", "false"])])
                .prop_map(|lines| format!("registry {{\n{lines}}}\n"))
                .boxed(),
            models(kind),
            edge(kind),
            monitoring(kind),
            delivery(kind),
        ]);
        (select(vec!["ab", "models", "sixteen-letters0"]), rest).prop_map(move |(project, rest)| {
            // Managed nodes need a way out for the images of their controllers.
            let isolated = rest.contains("compute = \"auto\"");
            let rest = if isolated { rest } else { rest.replace("nat = \"none\"", "nat = \"single\"") };
            format!("project = \"{project}\"\nregion = \"{}\"\ntier = \"{}\"\n{rest}", kind.region, kind.tier)
        })
    })
}

fn loaded(name: &str, text: &str) -> Result<EnvironmentSpec, TestCaseError> {
    match load(name, Source::new("environment.hcl", text)) {
        Ok(loaded) => Ok(loaded.environment),
        Err(problems) => Err(TestCaseError::fail(people(&problems, Colour::Plain, 120))),
    }
}

fn is_terraform(file: &GeneratedFile) -> bool {
    Path::new(&file.path).extension().is_some_and(|extension| extension == "tf")
}

/// Edits of a text: where (as a part of its length), how much is taken out, and what is put in.
fn edits() -> impl Strategy<Value = Vec<(f64, usize, String)>> {
    let words = [
        "{",
        "}",
        "\"",
        "[",
        "]",
        "=",
        "\n",
        "null",
        "-1",
        "1e99",
        "${",
        "<<EOF\n",
        "/*",
        "#",
        "é\u{feff}",
        "\0",
        "model \"x\" {\n}\n",
    ];
    let inserted = prop_oneof![2 => select(words.to_vec()).prop_map(str::to_owned), 1 => any::<String>(), 1 => Just(String::new())];
    vec((0.0..1.0_f64, 0_usize..30, inserted), 1..6)
}

/// The next place at or before an offset where a character begins.
fn boundary(text: &str, offset: usize) -> usize {
    (0..=offset.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

fn edited(text: &str, edits: &[(f64, usize, String)], length: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "any place will do"
    )]
    let at = |text: &str, part: f64| boundary(text, (part * text.len() as f64) as usize);
    let mut text = text.to_owned();
    for (part, removed, inserted) in edits {
        let start = at(&text, *part);
        let end = boundary(&text, start + removed).max(start);
        text.replace_range(start..end, inserted);
    }
    let end = at(&text, length);
    text.truncate(end);
    text
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn valid_specifications_give_terraform_without_a_flaw(texts in vec(specification(), 1..=3)) {
        let environments = texts.iter().zip(NAMES).map(|(text, name)| loaded(name, text)).collect::<Result<Vec<_>, _>>()?;
        let generate = || {
            let mut files = module_files(&environments);
            files.extend(environments.iter().flat_map(stack_files));
            files
        };
        let files = generate();
        prop_assert!(files == generate(), "generating twice gives two results");
        let found = problems(&files, &SCHEMAS);
        prop_assert!(found.is_empty(), "{}", people(&found, Colour::Plain, 120));
        for file in files.iter().filter(|file| is_terraform(file)) {
            let document = Document::parse(Source::new(&file.path, &file.text));
            prop_assert!(document.is_ok_and(|document| document.problems().is_empty()), "{} is no HCL", file.path);
        }
    }
}

/// Everything that a deploy of an environment makes, as stack and address; the types of that and of what it looks up are
/// held against the deploy role's policy.
fn deployed(environment: &EnvironmentSpec, files: &[GeneratedFile]) -> Result<BTreeSet<String>, TestCaseError> {
    let needs = needs(environment);
    let mut found = BTreeSet::new();
    for ExpandedStack { stack, expansion } in expand_stacks(environment, files, &SCHEMAS) {
        let problems = &expansion.problems;
        prop_assert!(problems.is_empty(), "{}: {}", stack.name, people(problems, Colour::Plain, 120));
        for instance in expansion.instances {
            let allowed = if instance.mode == Mode::Managed { &needs.resources } else { &needs.data };
            let allowed = allowed.contains(&instance.kind) || FREE.contains(&instance.kind.as_str());
            prop_assert!(allowed, "the policy knows nothing of {}", instance.address);
            // What a neighbour needs looked up costs nothing and makes nothing.
            if instance.mode == Mode::Managed {
                found.insert(format!("{}: {}", stack.name, instance.address));
            }
        }
    }
    Ok(found)
}

proptest! {
    #![proptest_config(cases(24))]

    #[test]
    fn neighbours_change_nothing(texts in vec(specification(), 2..=3)) {
        let environments = texts.iter().zip(NAMES).map(|(text, name)| loaded(name, text)).collect::<Result<Vec<_>, _>>()?;
        let modules = module_files(&environments);
        for environment in &environments {
            let together = [modules.clone(), stack_files(environment)].concat();
            let alone = [module_files(std::slice::from_ref(environment)), stack_files(environment)].concat();
            let (alone, together) = (deployed(environment, &alone)?, deployed(environment, &together)?);
            let differences: Vec<&String> = alone.symmetric_difference(&together).collect();
            prop_assert!(differences.is_empty(), "{differences:#?}");
        }
    }
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn broken_specifications_give_problems_that_can_be_shown(
        base in select(vec![DEV, PROD]),
        edits in edits(),
        length in prop_oneof![3 => Just(1.0), 1 => 0.0..1.0_f64],
    ) {
        let text = edited(base, &edits, length);
        let Err(found) = load("dev", Source::new("environment.hcl", text.as_str())) else {
            return Ok(());
        };
        prop_assert!(!found.is_empty());
        for problem in &found {
            let span = problem.location.as_ref().map(|location| location.span.clone()).unwrap_or_default();
            prop_assert!(span.start <= span.end && span.end <= text.len(), "{problem:?} lies outside the text");
            prop_assert!(text.is_char_boundary(span.start) && text.is_char_boundary(span.end), "{problem:?}");
        }
        for shown in [people(&found, Colour::Styled, 120), people(&found, Colour::Plain, 40), workflow(&found)] {
            prop_assert!(!shown.is_empty());
        }
        prop_assert!(json(&found).is_ok_and(|shown| serde_json::from_str::<serde_json::Value>(&shown).is_ok()));
    }
}
