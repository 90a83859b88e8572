//! IAM's patterns: `*` is any text, `?` any one character.

use std::collections::BTreeSet;

/// Whether everything that `specific` matches is matched by `general` too.
///
/// May say no where the answer is yes, for patterns such as `*a*` and `*a`; never the reverse.
pub(super) fn covers(general: &str, specific: &str) -> bool {
    let general: Vec<char> = general.chars().collect();
    let specific: Vec<char> = specific.chars().collect();
    let (mut at, mut of) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while of < specific.len() {
        match general.get(at) {
            Some('*') => {
                star = Some((at, of));
                at += 1;
            }
            // A question mark is one character; a star of the specific pattern is any number of them.
            Some(&character) if character == specific[of] || (character == '?' && specific[of] != '*') => {
                at += 1;
                of += 1;
            }
            _ => match star {
                Some((star_at, star_of)) => {
                    star = Some((star_at, star_of + 1));
                    at = star_at + 1;
                    of = star_of + 1;
                }
                None => return false,
            },
        }
    }
    general[at..].iter().all(|&character| character == '*')
}

/// The patterns that no other pattern of the set covers.
pub(super) fn without_covered(patterns: &BTreeSet<String>) -> BTreeSet<String> {
    let mut left = patterns.clone();
    for pattern in patterns {
        if left.iter().any(|general| general != pattern && covers(general, pattern)) {
            left.remove(pattern);
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn wider_patterns_cover_narrower_ones() {
        for (general, specific) in [
            ("*", "arn:aws:s3:::a"),
            ("arn:aws:s3:::a*", "arn:aws:s3:::ab*"),
            ("ec2:Describe*", "ec2:DescribeVpcs"),
            ("a*c*e", "abcde"),
            ("a?c", "abc"),
            ("a?c", "a?c"),
            ("a**", "a*"),
        ] {
            assert!(covers(general, specific), "{general} covers {specific}");
        }
        for (general, specific) in [("a", "*"), ("a*", "ba"), ("a?c", "a*c"), ("ab*", "a*"), ("a*c", "abcd"), ("", "a")]
        {
            assert!(!covers(general, specific), "{general} does not cover {specific}");
        }
    }

    #[test]
    fn of_equals_one_stays() {
        let patterns = BTreeSet::from(["a*".to_owned(), "a**".to_owned(), "b".to_owned()]);
        assert_eq!(without_covered(&patterns).len(), 2);
    }

    /// Whether a text without wildcards matches, by definition.
    fn matches(pattern: &[u8], text: &[u8]) -> bool {
        match (pattern.split_first(), text.split_first()) {
            (None, None) => true,
            (Some((b'*', rest)), _) => (0..=text.len()).any(|skip| matches(rest, &text[skip..])),
            (Some((b'?', rest)), Some((_, text))) => matches(rest, text),
            (Some((character, rest)), Some((other, text))) => character == other && matches(rest, text),
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn a_cover_matches_whatever_the_covered_matches(
            general in "[ab*?]{0,6}", specific in "[ab*?]{0,6}", texts in prop::collection::vec("[ab]{0,6}", 20)
        ) {
            if covers(&general, &specific) {
                for text in texts {
                    let (general, specific, text) = (general.as_bytes(), specific.as_bytes(), text.as_bytes());
                    prop_assert!(!matches(specific, text) || matches(general, text));
                }
            }
        }
    }
}
