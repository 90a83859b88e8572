//! Three-way merge of one generated file.
//!
//! `base` is what was generated last, `generated` what would be generated now, and `edited` what lies on disk. The
//! result is a value: either one text that has both sides' changes, or a conflict, in which the person's side stays.

/// What a merge came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Merge {
    /// Both sides are in this text.
    Resolved(String),
    /// Both sides changed the same thing; the person's text stays as it is.
    Conflicted,
}

/// Merges what a person made of a generated file with what the generator makes of it now.
///
/// A side that is missing is `None`: `base` for a file that was never generated or whose base was lost, `edited` for
/// one that a person deleted.
#[must_use]
pub fn merge(base: Option<&str>, generated: &str, edited: Option<&str>) -> Merge {
    match (base, edited) {
        // Nobody has touched what was generated, or nothing is there yet.
        (None, None) => Merge::Resolved(generated.to_owned()),
        (Some(base), Some(edited)) if base == edited => Merge::Resolved(generated.to_owned()),
        // Both sides came to the same text.
        (_, Some(edited)) if edited == generated => Merge::Resolved(generated.to_owned()),
        // The generator has nothing new, so the edit is the only change.
        (Some(base), Some(edited)) if base == generated => Merge::Resolved(edited.to_owned()),
        // A file of somebody else's, a deleted one, or changes on both sides.
        _ => Merge::Conflicted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(text: &str) -> Merge {
        Merge::Resolved(text.to_owned())
    }

    #[test]
    fn every_combination_of_sides() {
        assert_eq!(merge(None, "new", None), resolved("new"));
        assert_eq!(merge(Some("old"), "new", Some("old")), resolved("new"));
        assert_eq!(merge(Some("old"), "old", Some("mine")), resolved("mine"));
        assert_eq!(merge(Some("old"), "new", Some("new")), resolved("new"));
        assert_eq!(merge(None, "new", Some("new")), resolved("new"));
        assert_eq!(merge(Some("old"), "new", Some("mine")), Merge::Conflicted);
        assert_eq!(merge(None, "new", Some("theirs")), Merge::Conflicted);
        assert_eq!(merge(Some("old"), "new", None), Merge::Conflicted);
    }
}
