//! The change of one file as a unified diff.

use anstyle::{AnsiColor, Style};
use similar::{ChangeTag, TextDiff};

use crate::files::Change;

/// Lines shown around each change.
const CONTEXT: usize = 3;

const ADDED: Style = AnsiColor::Green.on_default();
const REMOVED: Style = AnsiColor::Red.on_default();
const HUNK: Style = AnsiColor::Cyan.on_default();

/// The diff from what is on disk to what is generated, coloured.
#[must_use]
pub fn unified(change: &Change) -> String {
    render(change, |style, line| format!("{style}{line}{style:#}"))
}

/// The same without colour.
#[must_use]
pub fn plain(change: &Change) -> String {
    render(change, |_, line| line.to_owned())
}

fn render(change: &Change, paint: impl Fn(Style, &str) -> String) -> String {
    let old = change.disk.as_deref().unwrap_or_default();
    let new = change.generated.as_deref().unwrap_or_default();
    let name = |exists: bool, side: &str| {
        if exists { format!("{side}/{}", change.path) } else { "/dev/null".to_owned() }
    };
    let before = name(change.disk.is_some(), "a");
    let after = name(change.generated.is_some(), "b");
    let difference = TextDiff::from_lines(old, new);
    let mut text = String::new();
    for hunk in difference.unified_diff().context_radius(CONTEXT).iter_hunks() {
        if text.is_empty() {
            text = format!("{}\n{}\n", paint(REMOVED, &format!("--- {before}")), paint(ADDED, &format!("+++ {after}")));
        }
        text.push_str(&paint(HUNK, &hunk.header().to_string()));
        text.push('\n');
        for line in hunk.iter_changes() {
            let (style, sign) = match line.tag() {
                ChangeTag::Delete => (REMOVED, '-'),
                ChangeTag::Insert => (ADDED, '+'),
                ChangeTag::Equal => (Style::new(), ' '),
            };
            text.push_str(&paint(style, &format!("{sign}{}", line.value().trim_end_matches(['\n', '\r']))));
            text.push('\n');
            if line.missing_newline() {
                text.push_str("\\ No newline at end of file\n");
            }
        }
    }
    text
}
