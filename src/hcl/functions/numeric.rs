//! Functions of numbers.

use super::{
    Function,
    arguments::{Arguments, elements},
};
use crate::hcl::evaluate::{self, Failure, Number, Outcome, Value, waits, wrong};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::exactly("abs", 1, |arguments| {
        let number = arguments.number(0)?;
        in_range(if number < Number::ZERO { number.negate() } else { Some(number) })
    }),
    Function::exactly("ceil", 1, |arguments| Ok(Value::integer(arguments.number(0)?.ceiling()))),
    Function::exactly("floor", 1, |arguments| Ok(Value::integer(arguments.number(0)?.floor()))),
    Function::exactly("log", 2, |arguments| {
        let (number, base) = (arguments.number(0)?.to_float(), arguments.number(1)?.to_float());
        // Terraform divides natural logarithms of floats as well.
        in_range(Number::from_float(number.ln() / base.ln()))
    }),
    Function::at_least("max", 1, |arguments| extreme(arguments, Ord::max)),
    Function::at_least("min", 1, |arguments| extreme(arguments, Ord::min)),
    Function::exactly("parseint", 2, parse_integer),
    Function::exactly("pow", 2, |arguments| {
        let (base, exponent) = (arguments.number(0)?, arguments.number(1)?);
        in_range(Number::from_float(base.to_float().powf(exponent.to_float())))
    }),
    Function::exactly("signum", 1, |arguments| Ok(Value::integer(arguments.integer(0)?.signum()))),
    Function::exactly("sum", 1, sum),
];

fn in_range(number: Option<Number>) -> Outcome {
    number.map_or_else(|| waits("a number out of range"), |number| Ok(Value::Number(number)))
}

fn extreme(arguments: &Arguments<'_>, choose: fn(Number, Number) -> Number) -> Outcome {
    let numbers = arguments.all().iter().map(evaluate::number).collect::<Result<Vec<_>, Failure>>()?;
    match numbers.into_iter().reduce(choose) {
        Some(number) => Ok(Value::Number(number)),
        None => wrong("at least one number is needed"),
    }
}

fn parse_integer(arguments: &Arguments<'_>) -> Outcome {
    let (text, base) = (arguments.string(0)?, arguments.index(1)?);
    // Terraform goes up to 62 with upper-case letters as further digits, which nobody needs.
    let Some(base) = u32::try_from(base).ok().filter(|base| (2..=36).contains(base)) else {
        return wrong("the base must be from 2 to 36");
    };
    match i128::from_str_radix(&text, base) {
        Ok(integer) => Ok(Value::integer(integer)),
        Err(_) => wrong(format!("\"{text}\" is not a whole number of base {base}")),
    }
}

fn sum(arguments: &Arguments<'_>) -> Outcome {
    let values = elements(arguments.value(0)?)?;
    if values.is_empty() {
        return wrong("an empty list has no sum");
    }
    let mut total = Some(Number::ZERO);
    for value in values {
        let number = evaluate::number(value)?;
        total = total.and_then(|total| total.plus(number));
    }
    in_range(total)
}
