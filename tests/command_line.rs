//! The command line itself: help, exit codes of wrong usage, formats, colour, and what shells and manuals get.

mod common;

use std::process::Stdio;

use common::{DEV, Workspace, changed};
use insta::assert_snapshot;
use serde_json::Value;

/// Every command that has none below it, as typed.
fn commands() -> Vec<Vec<String>> {
    fn below(workspace: &Workspace, prefix: &[String], found: &mut Vec<Vec<String>>) {
        let mut arguments: Vec<&str> = prefix.iter().map(String::as_str).collect();
        arguments.push("--help");
        let help = workspace.run(&arguments).stdout;
        let names = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
        let names: Vec<&str> = names
            .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
            .filter_map(|line| line.split_whitespace().next())
            .collect();
        if names.is_empty() {
            found.push(prefix.to_vec());
        }
        for name in names.into_iter().filter(|name| *name != "help") {
            below(workspace, &[prefix, &[name.to_owned()]].concat(), found);
        }
    }
    let mut found = Vec::new();
    below(&Workspace::empty(), &[], &mut found);
    found
}

#[test]
fn the_version_is_the_crates() {
    let run = Workspace::empty().run(&["--version"]);
    assert_eq!(run.assert_code(0).stdout, format!("deployer {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn the_program_alone_shows_its_usage_and_fails() {
    let run = Workspace::empty().run(&[]);
    assert_snapshot!(run);
}

#[test]
fn help_tells_everything() {
    let workspace = Workspace::empty();
    assert_snapshot!("help", workspace.run(&["--help"]));
    for command in commands() {
        let mut arguments: Vec<&str> = command.iter().map(String::as_str).collect();
        arguments.push("--help");
        let help = workspace.run(&arguments).assert_code(0).stdout.clone();
        // The options of every command are in the help of the program.
        let own = help.split("Global options:").next().unwrap_or_default().to_owned();
        let examples = help.split_once("\nExamples:").map(|(_, rest)| format!("Examples:{rest}")).unwrap_or_default();
        assert_snapshot!(format!("help_{}", command.join("_")), own + &examples);
    }
}

#[test]
fn wrong_usage_says_what_was_meant() {
    let workspace = Workspace::empty();
    assert_snapshot!(workspace.run(&["genrate"]), @"
    ── stderr
    error: unrecognized subcommand 'genrate'

      tip: a similar subcommand exists: 'generate'

    Usage: deployer [OPTIONS] <COMMAND>

    For more information, try '--help'.
    ── exit code 2
    ");
    assert_snapshot!(workspace.run(&["generate", "--chek"]), @"
    ── stderr
    error: unexpected argument '--chek' found

      tip: a similar argument exists: '--check'

    Usage: deployer generate --check [ENV]...

    For more information, try '--help'.
    ── exit code 2
    ");
    assert_snapshot!(workspace.run(&["generate", "--format", "xml"]), @"
    ── stderr
    error: invalid value 'xml' for '--format <FORMAT>'
      [possible values: plain, json, github]

    For more information, try '--help'.
    ── exit code 2
    ");
    assert_snapshot!(workspace.run(&["--quiet", "--verbose", "generate"]), @"
    ── stderr
    error: the argument '--quiet' cannot be used with '--verbose'

    Usage: deployer --quiet <COMMAND>

    For more information, try '--help'.
    ── exit code 2
    ");
}

#[test]
fn a_folder_that_is_no_workspace_is_told_so() {
    let workspace = Workspace::empty();
    assert_snapshot!(workspace.run(&["generate"]), @"
    ── stderr
    error: `.` is not a workspace: it has no `environments` folder
      hint: make one with `deployer init DIR`, or name one with `--workspace DIR`
    ── exit code 2
    ");
    assert_snapshot!(workspace.run(&["--workspace", "nowhere", "generate"]), @"
    ── stderr
    error: `nowhere` is not a workspace: it has no `environments` folder
      hint: make one with `deployer init DIR`, or name one with `--workspace DIR`
    ── exit code 2
    ");
    workspace.write("environments/notes.txt", "");
    assert_snapshot!(workspace.run(&["generate"]), @"
    ── stderr
    error: the workspace has no environments
      hint: write `environments/NAME/environment.hcl`, or start with `deployer init`
    ── exit code 2
    ");
}

#[test]
fn a_workspace_is_named_before_or_after_the_command() {
    let workspace = Workspace::empty();
    workspace.write("w/environments/dev/environment.hcl", DEV);
    workspace.run(&["-C", "w", "generate"]).assert_code(0);
    workspace.run(&["generate", "--check", "--workspace", "w"]).assert_code(0);
}

#[test]
fn completions_know_every_command() {
    let workspace = Workspace::empty();
    for shell in ["bash", "zsh", "fish"] {
        let script = workspace.run(&["completions", shell]);
        script.assert_code(0);
        for command in commands() {
            let name = command.last().cloned().unwrap_or_default();
            assert!(script.stdout.contains(&name), "{shell}: {name}");
        }
        assert!(script.stdout.contains("workspace"), "{shell}");
    }
    assert_snapshot!(workspace.run(&["completions", "tcsh"]), @"
    ── stderr
    error: invalid value 'tcsh' for '<SHELL>'
      [possible values: bash, elvish, fish, powershell, zsh]

      tip: a similar value exists: 'zsh'

    For more information, try '--help'.
    ── exit code 2
    ");
}

#[test]
fn the_manual_has_every_command() {
    let manual = Workspace::empty().run(&["man"]);
    manual.assert_code(0);
    assert!(manual.stdout.contains(".TH deployer 1"), "{manual}");
    for command in commands() {
        let heading = format!(".SH \"DEPLOYER {}\"", command.join(" ").to_uppercase());
        assert!(manual.stdout.contains(&heading), "{heading}");
    }
}

#[test]
fn results_in_json_have_a_version() {
    let workspace = Workspace::generated(&[("dev", DEV)]);
    for arguments in [
        &["generate", "--check"][..],
        &["validate"],
        &["permissions", "dev"],
        &["preview", "dev"],
        &["cost", "dev"],
        &["model", "list"],
        &["model", "size", "gpt2"],
        &["schema", "info"],
        &["doctor"],
    ] {
        let run = workspace.run(&[&["--format", "json"], arguments].concat());
        let value: Value =
            serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{arguments:?}: {error}\n{run}"));
        assert_eq!(value["version"], 1, "{arguments:?}");
    }
}

#[test]
fn problems_come_in_the_format_asked_for() {
    let workspace = Workspace::with(&[("dev", &changed(DEV, "us-east-1", "us-esat-1"))]);
    assert_snapshot!(workspace.run(&["--format", "json", "generate"]), @r#"
    ── stdout
    {"version":1,"diagnostics":[{"severity":"error","code":"unknown-region","message":"unknown Region `us-esat-1`","file":"environments/dev/environment.hcl","start":{"line":2,"column":11,"byte":29},"end":{"line":2,"column":22,"byte":40},"label":null,"hint":"did you mean `us-east-1`?"}],"errors":1,"warnings":0}
    ── stderr
    error: 1 problem found
    ── exit code 2
    "#);
    assert_snapshot!(workspace.run(&["--format", "github", "generate"]), @"
    ── stdout
    ::error file=environments/dev/environment.hcl,line=2,endLine=2,col=11,endColumn=22,title=unknown-region::unknown Region `us-esat-1`%0Adid you mean `us-east-1`?
    ── stderr
    error: 1 problem found
    ── exit code 2
    ");
    let actions = [("CI", "true"), ("GITHUB_ACTIONS", "true")];
    assert_eq!(
        workspace.run(&["--format", "github", "generate"]).stdout,
        workspace.run_with(&actions, &["generate"]).stdout
    );
}

#[test]
fn colour_is_used_where_it_is_wanted() {
    let workspace = Workspace::with(&[("dev", &changed(DEV, "us-east-1", "us-esat-1"))]);
    let is_coloured = |variables: &[(&str, &str)], arguments: &[&str]| {
        let run = workspace.run_with(variables, &[arguments, &["generate"]].concat());
        run.assert_code(2);
        run.stderr.contains('\u{1b}')
    };
    assert!(!is_coloured(&[], &[]), "there is no terminal");
    assert!(is_coloured(&[], &["--color", "always"]));
    assert!(is_coloured(&[("CLICOLOR_FORCE", "1")], &[]));
    assert!(!is_coloured(&[("CLICOLOR_FORCE", "1")], &["--color", "never"]));
    assert!(!is_coloured(&[("NO_COLOR", "1")], &[]));
    assert!(is_coloured(&[("NO_COLOR", "1")], &["--color", "always"]), "the option is the later word");
}

#[test]
fn quiet_leaves_results_and_problems() {
    let workspace = Workspace::generated(&[("dev", DEV)]);
    let loud = workspace.run(&["permissions", "dev"]);
    let quiet = workspace.run(&["permissions", "dev", "--quiet"]);
    assert_eq!(loud.stdout, quiet.stdout);
    assert_snapshot!(loud.stderr, @"note: the specification names no account; `ACCOUNT_ID` stands for it (or pass --account)");
    assert_eq!(quiet.stderr, "");
}

#[test]
fn a_reader_that_goes_away_ends_the_output_quietly() {
    let workspace = Workspace::with(&[("dev", DEV)]);
    for arguments in
        [&["permissions", "dev"][..], &["schema", "specification"], &["man"], &["completions", "zsh"], &["--help"]]
    {
        let mut program =
            workspace.program().args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // Gone before the program has come to its first line.
        drop(program.stdout.take());
        let output = program.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!said.contains("panicked") && !said.contains("Broken pipe"), "{arguments:?}: {said}");
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {said}");
    }
}
