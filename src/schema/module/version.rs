//! What a module's version constraint says about the version of an embedded schema.

use std::cmp::Ordering;

/// How the provider versions that a module works with stand to the version of a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::schema) enum Standing {
    /// The schema's version is one of them, or one release short of them.
    Covered,
    /// The schema's version is one of them, but so are earlier major versions, which the module may have been written for.
    AlsoOlder,
    /// They are all newer, of the same major version: arguments may have been added.
    Newer,
    /// They are of another major version: anything may differ.
    OtherMajor,
}

type Version = [u64; 3];

/// Compares a constraint such as `>= 5.0, < 7.0` or `~> 6.26` with a version.
///
/// A lower bound in the next minor release still counts as covered: one release adds so little that what the schema
/// does not know is far more likely a slip than a novelty.
pub(in crate::schema) fn standing(constraint: Option<&str>, version: &str) -> Standing {
    let Some(have) = parse(version) else { return Standing::Covered };
    let mut standing = Standing::Covered;
    for part in constraint.unwrap_or_default().split(',') {
        let part = part.trim();
        let bound = part.trim_start_matches(['>', '<', '=', '~', '!', ' ']);
        let operator = part[..part.len() - bound.len()].trim();
        let Some(wanted) = parse(bound) else { continue };
        match (operator, have.cmp(&wanted)) {
            (">=" | ">" | "=" | "" | "~>", Ordering::Less) => {
                if wanted[0] > have[0] {
                    return Standing::OtherMajor;
                }
                if wanted[1] > have[1] + 1 {
                    standing = Standing::Newer;
                }
            }
            (">=" | ">", Ordering::Greater) if wanted[0] < have[0] && standing == Standing::Covered => {
                standing = Standing::AlsoOlder;
            }
            // `~> 5.0` and `~> 5.0.1` both end before 6.
            ("<" | "<=" | "=" | "" | "~>", Ordering::Greater) if wanted[0] < have[0] => return Standing::OtherMajor,
            ("<", Ordering::Greater | Ordering::Equal) if wanted == [have[0], 0, 0] => return Standing::OtherMajor,
            _ => {}
        }
    }
    standing
}

/// The first three numbers of a version; those missing are 0.
fn parse(text: &str) -> Option<Version> {
    let text = text.trim().trim_start_matches('v');
    let text = text.split(['-', '+']).next().unwrap_or(text);
    let mut version = [0; 3];
    for (at, part) in text.split('.').enumerate().take(3) {
        version[at] = part.parse().ok()?;
    }
    Some(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constraints_stand_to_a_version() {
        let table = [
            (None, Standing::Covered),
            (Some(">= 6.0"), Standing::Covered),
            (Some(">= 5.0"), Standing::AlsoOlder),
            (Some(">= 5.0, < 7.0"), Standing::AlsoOlder),
            (Some("~> 6.0"), Standing::Covered),
            (Some("~> 6.26"), Standing::Covered),
            (Some(">= 6.28"), Standing::Newer),
            (Some("6.40.1"), Standing::Newer),
            (Some("~> 5.0"), Standing::OtherMajor),
            (Some(">= 4.0, < 6.0.0"), Standing::OtherMajor),
            (Some("< 6"), Standing::OtherMajor),
            (Some("= 5.31.0"), Standing::OtherMajor),
            (Some(">= 7.0"), Standing::OtherMajor),
            (Some("not a version"), Standing::Covered),
        ];
        for (constraint, expected) in table {
            assert_eq!(standing(constraint, "6.25.0"), expected, "{constraint:?}");
        }
    }
}
