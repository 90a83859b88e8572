//! `generate`: what it writes, what it leaves alone, and what is left behind where something goes wrong.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails it by panicking, as the test itself does")]

mod common;

use std::{
    fs,
    process::{Command, Stdio},
    time::SystemTime,
};

use common::{DEV, PROD, Workspace, changed};
use deployer::files::{self, GeneratedFile};
use insta::assert_snapshot;

const EDGE: &str = "environments/dev/60-edge/main.tf";

/// The minimal dev environment with a rate limit, which is one number in one file.
fn limited(rate: u32) -> String {
    format!("{DEV}\nedge {{\n  rate_limit = {rate}\n}}\n")
}

/// The minimal dev environment with a synthetic caller, which is a file of its own in a module.
fn watched() -> String {
    format!("{DEV}\nmonitoring {{\n  canary = true\n}}\n")
}

fn edit(workspace: &Workspace, path: &str, from: &str, to: &str) {
    workspace.write(path, changed(&workspace.read(path), from, to));
}

fn times(workspace: &Workspace) -> Vec<(String, SystemTime)> {
    let modified = |path: &String| fs::metadata(workspace.path(path)).unwrap().modified().unwrap();
    workspace.files().0.keys().map(|path| (path.clone(), modified(path))).collect()
}

#[test]
fn a_fresh_workspace_gets_every_file() {
    let workspace = Workspace::with(&[("dev", DEV)]);
    assert_snapshot!(workspace.run(&["generate"]));
    for (path, text) in workspace.files().0 {
        if let Some(generated) = path.strip_prefix(".deployer/base/") {
            assert!(fs::read(workspace.path(generated)).unwrap() == text, "{path} is not {generated}");
        }
    }
}

#[test]
fn generating_again_touches_nothing() {
    let workspace = Workspace::generated(&[("dev", DEV), ("prod", PROD)]);
    let before = times(&workspace);
    assert_snapshot!(workspace.run(&["generate"]), @"
    ── stdout
    131 files, nothing to change
    ── exit code 0
    ");
    assert_eq!(before, times(&workspace));
}

#[test]
fn check_tells_by_its_exit_code() {
    let workspace = Workspace::with(&[("dev", DEV)]);
    let before = workspace.files();
    workspace.run(&["generate", "--check"]).assert_code(3);
    assert_eq!(before, workspace.files());

    workspace.run(&["generate"]).assert_code(0);
    workspace.run(&["generate", "--check"]).assert_code(0);

    workspace.specify("dev", &limited(220));
    assert_snapshot!(workspace.run(&["generate", "--check"]), @"
    ── stdout
    update   environments/dev/60-edge/main.tf
    1 would be updated
    ── stderr
    error: the workspace is not as generated
      hint: run `deployer generate`
    ── exit code 3
    ");
}

#[test]
fn a_dry_run_shows_the_difference_and_writes_nothing() {
    let workspace = Workspace::generated(&[("dev", &limited(110))]);
    workspace.specify("dev", &limited(220));
    let before = times(&workspace);
    assert_snapshot!(workspace.run(&["generate", "--dry-run"]), @r#"
    ── stdout
    update   environments/dev/60-edge/main.tf
    --- a/environments/dev/60-edge/main.tf
    +++ b/environments/dev/60-edge/main.tf
    @@ -33,7 +33,7 @@
     
       suffix             = "edge"
       scope              = "CLOUDFRONT"
    -  rate_limit         = 110
    +  rate_limit         = 220
       count_only         = true
       log_retention_days = 14
     }
    1 would be updated
    ── exit code 0
    "#);
    let coloured = workspace.run(&["--color", "always", "generate", "--dry-run"]);
    assert_snapshot!(coloured.to_string().replace('\u{1b}', "␛"), @r#"
    ── stdout
    ␛[33mupdate  ␛[0m environments/dev/60-edge/main.tf
    ␛[31m--- a/environments/dev/60-edge/main.tf␛[0m
    ␛[32m+++ b/environments/dev/60-edge/main.tf␛[0m
    ␛[36m@@ -33,7 +33,7 @@␛[0m
     
       suffix             = "edge"
       scope              = "CLOUDFRONT"
    ␛[31m-  rate_limit         = 110␛[0m
    ␛[32m+  rate_limit         = 220␛[0m
       count_only         = true
       log_retention_days = 14
     }
    1 would be updated
    ── exit code 0
    "#);
    assert_snapshot!(workspace.run(&["--format", "json", "generate", "--dry-run"]), @r#"
    ── stdout
    {
      "version": 1,
      "written": false,
      "changes": [
        {
          "path": "environments/dev/60-edge/main.tf",
          "action": "update",
          "difference": "--- a/environments/dev/60-edge/main.tf\n+++ b/environments/dev/60-edge/main.tf\n@@ -33,7 +33,7 @@\n \n   suffix             = \"edge\"\n   scope              = \"CLOUDFRONT\"\n-  rate_limit         = 110\n+  rate_limit         = 220\n   count_only         = true\n   log_retention_days = 14\n }\n"
        }
      ]
    }
    ── exit code 0
    "#);
    assert_eq!(before, times(&workspace));
}

#[test]
fn an_edit_is_kept_where_the_generator_has_nothing_new() {
    let workspace = Workspace::generated(&[("dev", &limited(110))]);
    edit(&workspace, EDGE, "= 110\n", "= 150\n");
    assert_snapshot!(workspace.run(&["generate"]), @"
    ── stdout
    keep     environments/dev/60-edge/main.tf  (edited by hand)
    97 files, nothing to change
    ── exit code 0
    ");
    workspace.run(&["generate", "--check"]).assert_code(0);
    assert!(workspace.read(EDGE).contains("= 150"));
}

#[test]
fn an_edit_of_what_the_generator_changes_too_is_a_conflict() {
    let workspace = Workspace::generated(&[("dev", &limited(110))]);
    edit(&workspace, EDGE, "= 110\n", "= 150\n");
    let edited = workspace.read(EDGE);
    workspace.specify("dev", &changed(&limited(220), "tier ", "account_id = \"111122223333\"\ntier "));
    assert_snapshot!(workspace.run(&["generate"]), @"
    ── stdout
    update   environments/dev/00-bootstrap/providers.tf
    update   environments/dev/10-network/providers.tf
    update   environments/dev/20-registry/providers.tf
    update   environments/dev/30-cluster/providers.tf
    update   environments/dev/40-platform/providers.tf
    conflict environments/dev/60-edge/main.tf  (edited by hand, and the generator has changes too; left as it is)
    update   environments/dev/60-edge/providers.tf
    update   environments/dev/70-monitoring/providers.tf
    7 updated, 1 to settle
    ── stderr
    error: 1 file to settle
      hint: see both sides with `deployer generate --dry-run`
      hint: to take the generated side, delete both the file and its copy under .deployer/base
      hint: to keep yours, put the generated text under .deployer/base: it then counts as your edit
    ── exit code 3
    ");
    assert_eq!(edited, workspace.read(EDGE));
    assert!(workspace.read("environments/dev/60-edge/providers.tf").contains("111122223333"));
    workspace.run(&["generate"]).assert_code(3);

    workspace.remove(EDGE);
    workspace.remove(&format!(".deployer/base/{EDGE}"));
    workspace.run(&["generate"]).assert_code(0);
    assert!(workspace.read(EDGE).contains("= 220"));
}

#[test]
fn a_file_of_somebody_else_is_left_alone() {
    let workspace = Workspace::with(&[("dev", DEV)]);
    workspace.write(EDGE, "# mine\n");
    let run = workspace.run(&["generate"]);
    run.assert_code(3);
    let lines: Vec<&str> = run.stdout.lines().filter(|line| !line.starts_with("create")).collect();
    assert_snapshot!(lines.join("\n"), @"
    conflict environments/dev/60-edge/main.tf  (not made by deployer; left as it is)
    96 created, 1 to settle
    ");
    assert_eq!(workspace.read(EDGE), "# mine\n");
    assert!(!workspace.has(&format!(".deployer/base/{EDGE}")));
}

#[test]
fn a_file_deleted_by_hand_stays_away() {
    let workspace = Workspace::generated(&[("dev", &limited(110))]);
    workspace.remove(EDGE);
    assert_snapshot!(workspace.run(&["generate"]), @"
    ── stdout
    keep     environments/dev/60-edge/main.tf  (deleted by hand)
    97 files, nothing to change
    ── exit code 0
    ");
    assert!(!workspace.has(EDGE));

    workspace.specify("dev", &limited(220));
    assert_snapshot!(workspace.run(&["generate"]), @"
    ── stdout
    conflict environments/dev/60-edge/main.tf  (deleted by hand, and the generator has it; left away)
    1 to settle
    ── stderr
    error: 1 file to settle
      hint: see both sides with `deployer generate --dry-run`
      hint: to have a deleted file again, delete its copy under .deployer/base too
      hint: to keep it away, put the generated text under .deployer/base
    ── exit code 3
    ");
    assert!(!workspace.has(EDGE));
}

#[test]
fn what_is_no_longer_generated_goes() {
    let workspace = Workspace::generated(&[("dev", DEV)]);
    assert!(workspace.has("modules/api_gateway/main.tf"));
    workspace.specify("dev", &format!("{DEV}\nedge {{\n  mode = \"vpc_origin\"\n  auth = \"none\"\n}}\n"));
    workspace.run(&["generate"]).assert_code(0);
    assert!(!workspace.has("modules/api_gateway"));
    assert!(!workspace.has(".deployer/base/modules/api_gateway"));
    workspace.run(&["validate"]).assert_code(0);
}

#[test]
fn what_is_no_longer_generated_stays_where_it_was_edited() {
    let workspace = Workspace::generated(&[("dev", &watched())]);
    workspace.write("modules/monitoring/canary.js", "// mine\n");
    workspace.specify("dev", DEV);
    assert_snapshot!(workspace.run(&["generate"]), @"
    ── stdout
    update   environments/dev/70-monitoring/main.tf
    update   environments/dev/70-monitoring/variables.tf
    update   modules/monitoring/README.md
    conflict modules/monitoring/canary.js  (no longer generated, but edited by hand; left as it is)
    delete   modules/monitoring/canary.zip.base64
    update   modules/monitoring/main.tf
    update   modules/monitoring/outputs.tf
    update   modules/monitoring/variables.tf
    6 updated, 1 deleted, 1 to settle
    ── stderr
    error: 1 file to settle
      hint: see both sides with `deployer generate --dry-run`
      hint: what is no longer generated is yours: delete it, or only its copy under .deployer/base
    ── exit code 3
    ");
    assert_eq!(workspace.read("modules/monitoring/canary.js"), "// mine\n");

    workspace.remove("modules/monitoring/canary.js");
    workspace.run(&["generate"]).assert_code(0);
    workspace.run(&["generate", "--check"]).assert_code(0);
    assert!(!workspace.has(".deployer/base/modules/monitoring/canary.js"));
}

#[test]
fn lost_bases_are_made_again() {
    let workspace = Workspace::generated(&[("dev", DEV)]);
    let before = workspace.files();
    fs::remove_dir_all(workspace.path(".deployer/base")).unwrap();
    workspace.run(&["generate"]).assert_code(0);
    assert_eq!(before, workspace.files());

    fs::remove_dir_all(workspace.path(".deployer/base")).unwrap();
    workspace.write(EDGE, "# mine\n");
    assert_snapshot!(workspace.run(&["generate"]), @"
    ── stdout
    conflict environments/dev/60-edge/main.tf  (not made by deployer; left as it is)
    1 to settle
    ── stderr
    error: 1 file to settle
      hint: see both sides with `deployer generate --dry-run`
      hint: to take the generated side, delete both the file and its copy under .deployer/base
      hint: to keep yours, put the generated text under .deployer/base: it then counts as your edit
    ── exit code 3
    ");
    assert_eq!(workspace.read(EDGE), "# mine\n");
}

#[test]
fn only_what_is_named_is_generated() {
    let workspace = Workspace::with(&[("dev", DEV), ("prod", PROD)]);
    workspace.run(&["generate", "dev"]).assert_code(0);
    assert!(workspace.has("environments/dev/70-monitoring/main.tf"));
    assert_eq!(fs::read_dir(workspace.path("environments/prod")).unwrap().count(), 1);
    // The modules have what prod needs too.
    assert!(workspace.read("modules/alb_controller/main.tf").contains("resource \"aws_s3_bucket\""));
    assert_snapshot!(workspace.run(&["generate", "prd"]), @"
    ── stderr
    error: the workspace has no environment `prd`
      hint: did you mean `prod`?
    ── exit code 2
    ");
}

#[test]
fn a_file_that_cannot_be_read_stops_everything() {
    let workspace = Workspace::with(&[("dev", DEV)]);
    workspace.write(EDGE, b"\xff\xfe");
    let before = workspace.files();
    assert_snapshot!(workspace.run(&["generate"]), @"
    ── stderr
    error: `./environments/dev/60-edge/main.tf` is not UTF-8 text
      because: invalid utf-8 sequence of 1 bytes from index 0
      hint: save it as UTF-8, or delete it
    ── exit code 2
    ");
    assert_eq!(before, workspace.files());

    workspace.remove(EDGE);
    fs::create_dir(workspace.path(EDGE)).unwrap();
    assert_snapshot!(workspace.run(&["generate"]), @"
    ── stderr
    error: cannot read `./environments/dev/60-edge/main.tf`
      because: Is a directory (os error 21)
    ── exit code 1
    ");
    assert!(!workspace.has("modules"));

    fs::remove_dir(workspace.path(EDGE)).unwrap();
    fs::remove_dir_all(workspace.path(".deployer")).unwrap();
    workspace.write(".deployer", "in the way");
    assert_snapshot!(workspace.run(&["generate"]), @"
    ── stderr
    error: cannot write `./.deployer/lock`
      because: File exists (os error 17)
    ── exit code 1
    ");
    assert!(!workspace.has("modules"));
}

#[test]
fn a_wrong_specification_stops_everything() {
    let workspace = Workspace::with(&[("dev", &changed(DEV, "us-east-1", "us-esat-1")), ("prod", PROD)]);
    let before = workspace.files();
    assert_snapshot!(workspace.run(&["generate", "prod"]), @r#"
    ── stderr
    error[unknown-region]: unknown Region `us-esat-1`
     --> environments/dev/environment.hcl:2:11
      |
    2 | region  = "us-esat-1"
      |           ^^^^^^^^^^^
      |
      = help: did you mean `us-east-1`?

    error: 1 problem found
    ── exit code 2
    "#);
    assert_eq!(before, workspace.files());
}

#[test]
fn a_workspace_has_one_writer() {
    let workspace = Workspace::with(&[("dev", DEV)]);
    workspace.write(".deployer/lock", "");
    let lock = fs::File::open(workspace.path(".deployer/lock")).unwrap();
    lock.lock().unwrap();
    assert_snapshot!(workspace.run(&["generate"]), @"
    ── stderr
    error: another deployer is writing this workspace
      hint: wait for it to end, then run the command again
    ── exit code 1
    ");
    assert!(!workspace.has("modules"));
    drop(lock);
    workspace.run(&["generate"]).assert_code(0);
}

#[test]
fn writers_at_the_same_time_end_in_the_same_state() {
    let alone = Workspace::generated(&[("dev", DEV)]);
    let together = Workspace::with(&[("dev", DEV)]);
    let writers: Vec<_> = (0..4)
        .map(|_| together.program().args(["generate"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
        .collect();
    for mut writer in writers {
        let code = writer.wait().unwrap().code();
        assert!(matches!(code, Some(0 | 1)), "{code:?}");
    }
    assert_eq!(alone.files(), together.files());
}

#[test]
fn what_a_crash_left_behind_is_cleared() {
    let workspace = Workspace::with(&[("dev", DEV)]);
    workspace.write(".deployer/staging/7", "half a fi");
    workspace.run(&["generate"]).assert_code(0);
    assert!(!workspace.has(".deployer/staging"));
}

#[test]
fn generating_after_a_crash_ends_in_the_same_state() {
    let file = |path: &str, text: &str| GeneratedFile { path: path.to_owned(), text: text.to_owned() };
    let old = [file("m/a.tf", "old a"), file("m/b.tf", "same"), file("m/c.tf", "old c"), file("m/old/d.tf", "gone")];
    let new = [file("m/a.tf", "new a"), file("m/b.tf", "same"), file("m/c.tf", "new c"), file("m/new/e.tf", "new e")];
    let generate = |workspace: &Workspace, files: &[GeneratedFile]| {
        let workspace = files::Workspace::at(workspace.root());
        let plan = files::plan(&workspace, files.to_vec(), &["m".to_owned()]).unwrap();
        assert_eq!(plan.conflicts().count(), 0);
        files::write(&workspace, &workspace.lock().unwrap(), &plan).unwrap()
    };
    let whole = Workspace::empty();
    generate(&whole, &old);
    generate(&whole, &new);

    // The order that `files::write` documents: each file before its base, and removals last.
    let steps = [
        ("m/a.tf", Some("new a")),
        (".deployer/base/m/a.tf", Some("new a")),
        ("m/c.tf", Some("new c")),
        (".deployer/base/m/c.tf", Some("new c")),
        ("m/new/e.tf", Some("new e")),
        (".deployer/base/m/new/e.tf", Some("new e")),
        ("m/old/d.tf", None),
        (".deployer/base/m/old/d.tf", None),
    ];
    for crash in 0..=steps.len() {
        let workspace = Workspace::empty();
        generate(&workspace, &old);
        for (path, text) in &steps[..crash] {
            match text {
                Some(text) => workspace.write(path, text),
                None => workspace.remove(path),
            }
        }
        generate(&workspace, &new);
        assert_eq!(whole.files(), workspace.files(), "after {crash} steps");
        assert!(!workspace.has("m/old/d.tf"));
    }
}

#[test]
fn this_repository_is_as_generated() {
    let output = Command::new(env!("CARGO_BIN_EXE_deployer"))
        .args(["-C", env!("CARGO_MANIFEST_DIR"), "generate", "--check"])
        .env_clear()
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}
