//! `deployer doctor`: what this machine has of what a deploy needs.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde::Serialize;

use super::{
    Output,
    output::{GREEN, RED, YELLOW, styled},
};
use crate::{
    cli::{Format, Global},
    error::{Error, Kind, Result},
    schema::Schemas,
    tools::terraform,
};

/// Oldest Terraform and OpenTofu whose S3 backend locks by itself.
const LEAST_TERRAFORM: (u32, u32) = (1, 10);

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Ok,
    Warning,
    Missing,
}

#[derive(Serialize)]
struct Check {
    name: &'static str,
    verdict: Verdict,
    found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'static str>,
}

#[derive(Serialize)]
struct Report {
    version: u32,
    checks: Vec<Check>,
}

/// Runs the command.
pub fn run(global: &Global, output: &Output) -> Result<()> {
    let checks = vec![terraform_program(), docker(), credentials(), workspace(global), schemas()];
    let missing = checks.iter().filter(|check| check.verdict == Verdict::Missing).count();
    if output.format == Format::Json {
        output.json(&Report { version: 1, checks })?;
    } else {
        for check in &checks {
            output.print(&line(check))?;
        }
    }
    if missing == 0 {
        return Ok(());
    }
    Err(Error::new(Kind::Outside, format!("{missing} of what a deploy needs is missing"))
        .hint("`generate`, `validate`, `preview`, `cost` and `permissions` need none of it"))
}

fn line(check: &Check) -> String {
    let (style, mark) = match check.verdict {
        Verdict::Ok => (GREEN, "ok"),
        Verdict::Warning => (YELLOW, "warning"),
        Verdict::Missing => (RED, "missing"),
    };
    let mut text = format!("{} {:<12} {}\n", styled(style, &format!("{mark:<8}")), check.name, check.found);
    if let Some(hint) = check.hint {
        text += &format!("{:22}{} {hint}\n", "", styled(GREEN, "hint:"));
    }
    text
}

fn ok(name: &'static str, found: impl Into<String>) -> Check {
    Check { name, verdict: Verdict::Ok, found: found.into(), hint: None }
}

fn bad(name: &'static str, verdict: Verdict, found: impl Into<String>, hint: &'static str) -> Check {
    Check { name, verdict, found: found.into(), hint: Some(hint) }
}

fn terraform_program() -> Check {
    const NAME: &str = "terraform";
    let Some(program) = terraform::program() else {
        return bad(
            NAME,
            Verdict::Missing,
            "neither terraform nor tofu is on PATH",
            "install Terraform or OpenTofu 1.10 or newer",
        );
    };
    let Some(version) = terraform_version(&program) else {
        return bad(
            NAME,
            Verdict::Missing,
            format!("{} does not tell its version", program.display()),
            "check that it runs: `terraform version -json`",
        );
    };
    let found = format!("{version} ({})", program.display());
    let mut parts = version.split('.').map_while(|part| part.parse::<u32>().ok());
    match (parts.next(), parts.next()) {
        (Some(major), Some(minor)) if (major, minor) >= LEAST_TERRAFORM => ok(NAME, found),
        _ => {
            bad(NAME, Verdict::Missing, found, "1.10 or newer is needed: its S3 backend locks without a DynamoDB table")
        }
    }
}

fn terraform_version(program: &Path) -> Option<String> {
    let output =
        Command::new(program).args(["version", "-json"]).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).ok()?;
    answer["terraform_version"].as_str().map(str::to_owned)
}

fn docker() -> Check {
    const NAME: &str = "docker";
    let socket = env::var("DOCKER_HOST").unwrap_or_else(|_| "unix:///var/run/docker.sock".to_owned());
    let answers = match socket.strip_prefix("unix://") {
        Some(path) => std::os::unix::net::UnixStream::connect(path).is_ok(),
        // A remote engine is asked when an image is built; here it is enough that one is named.
        None => true,
    };
    if answers {
        return ok(NAME, socket);
    }
    bad(NAME, Verdict::Warning, format!("no engine answers at {socket}"), "start Docker to build the image")
}

fn credentials() -> Check {
    const NAME: &str = "credentials";
    let set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    let home = env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let source = [
        ("AWS_ACCESS_KEY_ID", "environment"),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", "web identity"),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "container"),
        ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "container"),
        ("AWS_PROFILE", "profile"),
    ]
    .into_iter()
    .find(|(variable, _)| set(variable));
    if let Some((variable, kind)) = source {
        return ok(NAME, format!("{kind} ({variable})"));
    }
    if home.join(".aws/credentials").is_file() || home.join(".aws/config").is_file() {
        return ok(NAME, "default profile");
    }
    bad(NAME, Verdict::Warning, "no AWS credentials found", "`aws sso login`, or set AWS_PROFILE; a deploy needs them")
}

fn workspace(global: &Global) -> Check {
    const NAME: &str = "workspace";
    match super::workspace(global).and_then(|workspace| workspace.environments()) {
        Ok(names) if names.is_empty() => {
            bad(NAME, Verdict::Warning, "it has no environments", "`deployer init` makes one")
        }
        Ok(names) => ok(NAME, names.join(", ")),
        Err(error) => bad(NAME, Verdict::Warning, error.to_string(), "`deployer init DIR` makes one"),
    }
}

fn schemas() -> Check {
    let schemas = Schemas::embedded();
    let names = schemas.providers().map(|provider| format!("{} {}", provider.source(), provider.version()));
    ok("schemas", names.collect::<Vec<_>>().join(", "))
}
