//! Values as text and JSON for people and scripts; nothing here decides anything.

pub mod cost;
pub mod diagnostic;
pub mod difference;
pub mod sizing;

use crate::catalog::Provenance;

/// Digits with a comma between thousands.
fn thousands(digits: &str) -> String {
    let length = digits.len();
    let separated = digits.chars().enumerate().flat_map(|(at, digit)| {
        let comma = at > 0 && (length - at).is_multiple_of(3);
        comma.then_some(',').into_iter().chain(std::iter::once(digit))
    });
    separated.collect()
}

/// When and where figures were taken, as sentences wrapped to 80 columns.
fn provenance(subject: &str, provenance: &Provenance) -> String {
    let mut text = String::new();
    let mut column = 0;
    let sentence = format!("{subject} of {}: {}.", provenance.date, provenance.source);
    for word in sentence.split(' ') {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > 80 {
            text.push('\n');
            column = 0;
        } else if column > 0 {
            text.push(' ');
            column += 1;
        }
        text.push_str(word);
        column += length;
    }
    text
}
