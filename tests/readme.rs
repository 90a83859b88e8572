//! What README.md shows of commands is what they print.
//!
//! In a block marked `console`, each line that begins with `$ ` is a command. Those of `deployer` are run, one after
//! the other in one empty folder, and what stands below them is compared with what they print: word by word, apart from
//! lines `...`, which stand for any lines. Other commands are only shown.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

/// A command with the output that is shown for it.
#[derive(Debug, PartialEq, Eq)]
struct Shown<'a> {
    line: usize,
    command: &'a str,
    output: Vec<&'a str>,
}

/// The commands of a Markdown text's console blocks.
fn commands(text: &str) -> Vec<Shown<'_>> {
    let mut commands: Vec<Shown> = Vec::new();
    let mut in_console = false;
    for (index, line) in text.lines().enumerate() {
        if line.starts_with("```") {
            in_console = line == "```console";
        } else if in_console && let Some(command) = line.strip_prefix("$ ") {
            commands.push(Shown { line: index + 1, command, output: Vec::new() });
        } else if in_console {
            commands.last_mut().expect("a command above its output").output.push(line);
        }
    }
    commands
}

/// Whether lines are as shown, where `...` stands for any number of them.
fn matches(shown: &[&str], printed: &[&str]) -> bool {
    match shown.split_first() {
        None => printed.is_empty(),
        Some((&"...", rest)) => (0..=printed.len()).any(|skipped| matches(rest, &printed[skipped..])),
        Some((line, rest)) => {
            printed.split_first().is_some_and(|(first, others)| first == line && matches(rest, others))
        }
    }
}

/// Runs a command line without quotes, as somebody at no terminal.
fn run(command: &str, folder: &Path) -> Output {
    let words: Vec<&str> = command.split_whitespace().skip(1).collect();
    Command::new(env!("CARGO_BIN_EXE_deployer"))
        .args(words)
        .current_dir(folder)
        .env_remove("GITHUB_ACTIONS")
        .env("NO_COLOR", "1")
        .output()
        .expect("the program starts")
}

#[test]
fn commands_print_what_the_readme_shows() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).expect("a readme");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let commands = commands(&text);
    let own: Vec<&Shown> = commands.iter().filter(|shown| shown.command.starts_with("deployer ")).collect();
    assert!(own.len() >= 5, "the readme shows {} commands of deployer", own.len());
    for shown in own {
        let output = run(shown.command, folder.path());
        let printed = String::from_utf8([output.stdout, output.stderr].concat()).expect("text");
        let printed: Vec<&str> = printed.lines().map(str::trim_end).collect();
        assert!(
            matches(&shown.output, &printed),
            "README.md:{}: `{}` prints something else:\n{}",
            shown.line,
            shown.command,
            printed.join("\n"),
        );
    }
}

#[test]
fn dots_stand_for_any_lines() {
    assert!(matches(&["a", "...", "d"], &["a", "b", "c", "d"]));
    assert!(matches(&["a", "..."], &["a"]));
    assert!(!matches(&["a", "...", "d"], &["a", "b"]));
    assert!(!matches(&["a"], &["a", "b"]));
    assert!(!matches(&[], &["a"]));
}

#[test]
fn only_console_blocks_hold_commands() {
    let text = "$ no\n```sh\n$ neither\n```\n```console\n$ deployer doctor\nfine\n\n$ ls\n```\n";
    let expected = vec![
        Shown { line: 6, command: "deployer doctor", output: vec!["fine", ""] },
        Shown { line: 9, command: "ls", output: vec![] },
    ];
    assert_eq!(commands(text), expected);
}
