//! Values as text and JSON for people and scripts; nothing here decides anything.

pub mod cost;
pub mod sizing;

/// Digits with a comma between thousands.
fn thousands(digits: &str) -> String {
    let length = digits.len();
    let separated = digits.chars().enumerate().flat_map(|(at, digit)| {
        let comma = at > 0 && (length - at).is_multiple_of(3);
        comma.then_some(',').into_iter().chain(std::iter::once(digit))
    });
    separated.collect()
}
