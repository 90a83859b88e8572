//! Functions of sets.

use super::{Function, arguments::Arguments};
use crate::hcl::evaluate::{Failure, Outcome, Value, equal, unify, wrong};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::at_least("setintersection", 1, |arguments| fold(arguments, |left, right| retain(left, &right, true))),
    Function::at_least("setproduct", 2, product),
    Function::exactly("setsubtract", 2, |arguments| fold(arguments, |left, right| retain(left, &right, false))),
    Function::at_least("setunion", 1, |arguments| {
        fold(arguments, |mut left, right| {
            left.extend(right);
            Ok(left)
        })
    }),
];

/// The most combinations that `setproduct` makes here.
const MOST_COMBINATIONS: usize = 100_000;

/// What becomes of the elements so far and those of the next set.
type Combine = fn(Vec<Value>, Vec<Value>) -> Result<Vec<Value>, Failure>;

/// Combines the sets from left to right, all elements converted to one type.
fn fold(arguments: &Arguments<'_>, combine: Combine) -> Outcome {
    let mut sizes = Vec::new();
    let mut elements = Vec::new();
    for position in 0..arguments.count() {
        let set = arguments.elements(position)?;
        sizes.push(set.len());
        elements.extend_from_slice(set);
    }
    let mut elements = unify(&elements)?.into_iter();
    let mut sets = sizes.into_iter().map(|size| elements.by_ref().take(size).collect::<Vec<_>>());
    let first = sets.next().unwrap_or_default();
    sets.try_fold(first, combine).map(Value::set)
}

/// The elements that are, or are not, in another set.
fn retain(elements: Vec<Value>, other: &[Value], present: bool) -> Result<Vec<Value>, Failure> {
    let mut retained = Vec::new();
    for element in elements {
        let mut found = false;
        for candidate in other {
            found = found || equal(&element, candidate).map_err(Failure::Waits)?;
        }
        if found == present {
            retained.push(element);
        }
    }
    Ok(retained)
}

/// Every combination of one element of each, the last one changing fastest.
fn product(arguments: &Arguments<'_>) -> Outcome {
    let mut combinations: Vec<Vec<Value>> = vec![Vec::new()];
    for position in 0..arguments.count() {
        let elements = arguments.elements(position)?;
        if combinations.len().saturating_mul(elements.len()) > MOST_COMBINATIONS {
            return wrong(format!("more than {MOST_COMBINATIONS} combinations"));
        }
        combinations = combinations
            .iter()
            .flat_map(|combination| {
                elements.iter().map(|element| combination.iter().chain([element]).cloned().collect())
            })
            .collect();
    }
    let tuples = combinations.into_iter().map(Value::tuple);
    let all_sets = arguments.all().iter().all(|argument| matches!(argument, Value::Set(_)));
    Ok(if all_sets { Value::set(tuples) } else { Value::list(tuples) })
}
