//! The shape of the source: which part may know which, who may touch the disk, and what no file may have.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails it by panicking, as the test itself does")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use syn::{
    Attribute, ExprMethodCall, ItemUse, Macro, UseTree,
    visit::{self, Visit},
};

/// The parts of the program. Each may import those of the lines above its own, and itself; parts on one line may
/// import each other.
const LAYERS: &[(&[&str], &str)] = &[
    (&["diagnostic"], "What is wrong with a text, and where: everybody may say so."),
    (&["error"], "Why a command ends, with the problems of files where those are the reason."),
    (&["hcl"], "HCL without any knowledge of what deployer writes in it."),
    (&["catalog"], "Facts about the outside world and the arithmetic over them."),
    (&["spec"], "What the operator wants; knows the world but not what is made of it."),
    (&["schema"], "What Terraform's providers take; judges any Terraform, so it knows no specification."),
    (&["rehearsal"], "Terraform's providers without what they provide; knows their schemas, not who asks."),
    (&["tools"], "Programs of others; knows how to run them."),
    (&["validate"], "Finds Terraform on disk and has it judged."),
    (&["template"], "The first text of a specification."),
    (&["files"], "The workspace on disk; knows texts and paths, not what is in them."),
    (&["modules"], "The Terraform modules that a specification needs."),
    (&["permissions"], "What a deploy role must be allowed for those modules."),
    (&["stacks"], "The root modules that call the modules."),
    (&["generate"], "From specifications to the checked files of a workspace."),
    (&["preview"], "What a deploy of those files would do."),
    (&["report"], "Any of these as text and JSON; decides nothing, so nothing above may lean on it."),
    (&["commands", "cli"], "What may be typed, and what then happens."),
    (&["main"], "The program."),
];

/// The only part that changes files.
const WRITER: &str = "files";

/// Functions of the standard library that change files, with the name before theirs.
const CHANGES: [(&str, &str); 11] = [
    ("fs", "write"),
    ("fs", "rename"),
    ("fs", "copy"),
    ("fs", "hard_link"),
    ("fs", "remove_file"),
    ("fs", "remove_dir"),
    ("fs", "remove_dir_all"),
    ("fs", "create_dir"),
    ("fs", "create_dir_all"),
    ("File", "create"),
    ("OpenOptions", "new"),
];

/// Ways to end the program that no input may come to.
const PANICS: [&str; 5] = ["panic", "todo", "unimplemented", "dbg", "unreachable"];

const MOST_LINES: usize = 600;

/// One source file, parsed.
struct Source {
    path: PathBuf,
    text: String,
    /// The path of its module in the crate: empty for `lib.rs`.
    module: Vec<String>,
    found: Findings,
}

impl Source {
    fn part(&self) -> &str {
        self.module.first().map_or("lib", String::as_str)
    }
}

/// What a file does outside its tests.
#[derive(Default)]
struct Findings {
    depth: usize,
    imports: BTreeSet<String>,
    changes: BTreeSet<String>,
    forbidden: BTreeSet<String>,
}

impl Findings {
    /// Takes note of a path that stands in the code, such as `crate::hcl::merge` or `fs::write`.
    fn path(&mut self, names: &[String]) {
        let supers = names.iter().take_while(|name| *name == "super").count();
        let from_root = match names.first().map(String::as_str) {
            Some("crate" | "deployer") => names.get(1),
            Some("super") if supers == self.depth => names.get(supers),
            _ => None,
        };
        self.imports.extend(from_root.cloned());
        for pair in names.windows(2) {
            if CHANGES.contains(&(pair[0].as_str(), pair[1].as_str())) {
                self.changes.insert(pair.join("::"));
            }
        }
    }

    fn tree(&mut self, before: &[String], tree: &UseTree) {
        let with = |name: &syn::Ident| [before, &[name.to_string()]].concat();
        match tree {
            UseTree::Path(path) => self.tree(&with(&path.ident), &path.tree),
            UseTree::Name(name) => self.path(&with(&name.ident)),
            UseTree::Rename(rename) => self.path(&with(&rename.ident)),
            UseTree::Glob(_) => self.path(before),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.tree(before, tree)),
        }
    }
}

impl<'ast> Visit<'ast> for Findings {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        let attributes = match item {
            syn::Item::Mod(item) => &item.attrs,
            syn::Item::Fn(item) => &item.attrs,
            syn::Item::Use(item) => &item.attrs,
            syn::Item::Impl(item) => &item.attrs,
            _ => return visit::visit_item(self, item),
        };
        if !attributes.iter().any(|attribute| says(attribute, "cfg", "test") || says(attribute, "expect", "panic")) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.tree(&[], &item.tree);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.path(&names);
        visit::visit_path(self, path);
    }

    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        let name = call.method.to_string();
        if matches!(name.as_str(), "unwrap" | "expect") {
            self.forbidden.insert(format!(".{name}()"));
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_macro(&mut self, used: &'ast Macro) {
        let name = used.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
        if PANICS.contains(&name.as_str()) {
            self.forbidden.insert(format!("{name}!"));
        }
        // What stands in a macro's brackets is no syntax tree; its paths are looked for in the words.
        let words = used.tokens.to_string().replace(" :: ", "::");
        for word in words.split(|letter: char| !(letter.is_alphanumeric() || matches!(letter, '_' | ':'))) {
            self.path(&word.split("::").map(str::to_owned).collect::<Vec<_>>());
        }
        for call in [".unwrap()", ".expect("] {
            if words.replace(' ', "").contains(call) {
                self.forbidden.insert(call.to_owned());
            }
        }
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if attribute.path().is_ident("allow") {
            self.forbidden.insert("#[allow]".to_owned());
        }
    }
}

/// Whether an attribute has this name, and a word in its brackets.
fn says(attribute: &Attribute, name: &str, word: &str) -> bool {
    let syn::Meta::List(list) = &attribute.meta else {
        return false;
    };
    let words = list.tokens.to_string();
    attribute.path().is_ident(name) && words.split(|letter: char| !letter.is_alphanumeric()).any(|it| it == word)
}

/// Every file below `src/`.
fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut pending = vec![root.clone()];
    let mut sources = Vec::new();
    while let Some(path) = pending.pop() {
        if path.is_dir() {
            pending.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let path = path.strip_prefix(&root).unwrap().to_path_buf();
            let mut module: Vec<String> =
                path.with_extension("").iter().map(|name| name.to_string_lossy().into_owned()).collect();
            if matches!(module.last().map(String::as_str), Some("mod" | "lib")) {
                module.pop();
            }
            let mut found = Findings { depth: module.len(), ..Findings::default() };
            found.visit_file(&syn::parse_file(&text).unwrap());
            sources.push(Source { path, text, module, found });
        }
    }
    assert!(sources.len() > 50, "most of the source is missing");
    sources.sort_by(|left, right| left.path.cmp(&right.path));
    sources
}

fn layer(part: &str) -> Option<usize> {
    LAYERS.iter().position(|(parts, _)| parts.contains(&part))
}

#[test]
fn parts_import_only_what_stands_before_them() {
    let sources = sources();
    let parts: BTreeSet<&str> = sources.iter().map(Source::part).filter(|part| *part != "lib").collect();
    let mut wrong = Vec::new();
    for source in sources.iter().filter(|source| source.part() != "lib") {
        let own = layer(source.part()).unwrap_or_else(|| panic!("`{}` has no line in LAYERS", source.part()));
        for import in source.found.imports.iter().filter(|import| parts.contains(import.as_str())) {
            if layer(import).is_none_or(|imported| imported > own) {
                wrong.push(format!("{} imports {import}", source.path.display()));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    for part in LAYERS.iter().flat_map(|(parts, _)| *parts) {
        assert!(parts.contains(part), "`{part}` in LAYERS is no part of the program");
    }
}

#[test]
fn one_part_changes_files() {
    let sources = sources();
    let of_others = sources.iter().filter(|source| source.part() != WRITER && !source.found.changes.is_empty());
    let wrong: Vec<_> = of_others.map(|source| (&source.path, &source.found.changes)).collect();
    assert_eq!(wrong, Vec::new());
    assert!(sources.iter().any(|source| source.part() == WRITER && source.found.changes.contains("fs::rename")));
}

#[test]
fn nothing_panics() {
    let sources = sources();
    let wrong: Vec<_> = sources
        .iter()
        .filter(|source| !source.found.forbidden.is_empty())
        .map(|source| (&source.path, &source.found.forbidden))
        .collect();
    assert_eq!(wrong, Vec::new());
}

#[test]
fn every_file_says_what_it_is_and_is_short_enough_to_read() {
    for source in sources() {
        let path = source.path.display();
        assert!(source.text.starts_with("//! "), "{path} does not say what it is");
        let lines = source.text.lines().count();
        assert!(lines <= MOST_LINES, "{path} has {lines} lines");
    }
}

#[test]
fn the_check_sees_what_it_is_there_for() {
    let seen = |depth: usize, text: &str| {
        let mut found = Findings { depth, ..Findings::default() };
        found.visit_file(&syn::parse_file(text).unwrap());
        found
    };
    let set = |names: &[&str]| names.iter().map(ToString::to_string).collect::<BTreeSet<_>>();
    assert_eq!(seen(1, "use crate::{a, b::{c, d as e}, f::*};").imports, set(&["a", "b", "f"]));
    assert_eq!(seen(2, "use super::a; use super::super::b; fn f() { super::super::c::g() }").imports, set(&["b", "c"]));
    assert_eq!(seen(1, "fn f() -> crate::a::B { vec![crate::c::d(1)] }").imports, set(&["a", "c"]));
    assert_eq!(
        seen(1, "fn f() { std::fs::write(a, b); fs::read(a); assert!(File::create(a).is_ok()) }").changes,
        set(&["File::create", "fs::write"])
    );
    assert_eq!(seen(1, "use std::fs::{self, rename};").changes, set(&["fs::rename"]));
    let forbidden =
        seen(1, "#[allow(dead_code)] fn f() { a.unwrap(); format!(\"{}\", b.expect(\"c\")); todo!() }").forbidden;
    assert_eq!(forbidden, set(&[".unwrap()", ".expect(", "todo!", "#[allow]"]));
    assert!(seen(1, "#[cfg(test)] mod tests { fn f() { a.unwrap(); } }").forbidden.is_empty());
}
