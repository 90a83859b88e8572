//! `format` and `formatlist`.

use std::{iter::Peekable, str::Chars, sync::Arc};

use super::{
    Function,
    arguments::{Arguments, known},
    json,
};
use crate::hcl::evaluate::{self, Failure, Number, Outcome, Value, waits, wrong};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::at_least("format", 1, |arguments| {
        fill_in(&arguments.string(0)?, arguments.all().get(1..).unwrap_or_default()).map(Value::string)
    }),
    Function::at_least("formatlist", 1, format_list),
];

/// The widest field, so that a slip of the finger does not fill the memory.
const WIDEST: usize = 4096;

/// Formats once for every element of the lists; what is no list is the same every time.
fn format_list(arguments: &Arguments<'_>) -> Outcome {
    let template = arguments.string(0)?;
    let values = arguments.all().get(1..).unwrap_or_default();
    let mut count = None;
    for value in values {
        match value {
            Value::Unknown(unknown) => return Err(Failure::Waits(unknown.clone())),
            value => match (value.elements(), count) {
                (Some(elements), None) => count = Some(elements.len()),
                (Some(elements), Some(count)) if count != elements.len() => {
                    return wrong(format!("one list has {count} elements and another {}", elements.len()));
                }
                _ => {}
            },
        }
    }
    let mut texts = Vec::new();
    for position in 0..count.unwrap_or(1) {
        let row: Vec<Value> = values
            .iter()
            .map(|value| value.elements().and_then(|elements| elements.get(position)).unwrap_or(value).clone())
            .collect();
        texts.push(match fill_in(&template, &row) {
            Ok(text) => Value::string(text),
            Err(Failure::Waits(unknown)) => Value::Unknown(unknown),
            Err(failure) => return Err(failure),
        });
    }
    Ok(Value::list(texts))
}

/// What stands between `%` and the letter.
#[derive(Default)]
struct Verb {
    /// Some of `+`, `-`, space, `0` and `#`.
    flags: Vec<char>,
    width: usize,
    precision: Option<usize>,
    /// The argument's number, from 1.
    argument: Option<usize>,
    letter: char,
}

impl Verb {
    fn has(&self, flag: char) -> bool {
        self.flags.contains(&flag)
    }
}

fn fill_in(template: &str, values: &[Value]) -> Result<String, Failure> {
    let mut text = String::new();
    let mut characters = template.chars().peekable();
    let mut next = 0;
    let mut highest = 0;
    while let Some(character) = characters.next() {
        if character != '%' {
            text.push(character);
            continue;
        }
        let verb = verb(&mut characters)?;
        if verb.letter == '%' {
            text.push('%');
            continue;
        }
        let number = verb.argument.unwrap_or(next + 1);
        next = number;
        highest = highest.max(number);
        match number.checked_sub(1).and_then(|position| values.get(position)) {
            Some(value) => text.push_str(&pad(&verb, formatted(&verb, known(value)?)?)),
            None => return wrong(format!("there is no argument {number} for %{}", verb.letter)),
        }
    }
    if highest < values.len() {
        return wrong(format!("{} arguments are given and {highest} used", values.len()));
    }
    Ok(text)
}

fn verb(characters: &mut Peekable<Chars<'_>>) -> Result<Verb, Failure> {
    let mut verb = Verb::default();
    while let Some(flag) = characters.next_if(|character| "+- 0#".contains(*character)) {
        verb.flags.push(flag);
    }
    verb.width = digits(characters).unwrap_or(0).min(WIDEST);
    if characters.next_if_eq(&'.').is_some() {
        verb.precision = Some(digits(characters).unwrap_or(0).min(WIDEST));
    }
    if characters.next_if_eq(&'[').is_some() {
        verb.argument = digits(characters);
        if characters.next_if_eq(&']').is_none() || verb.argument.is_none() {
            return wrong("an argument's number is missing between [ and ]");
        }
    }
    match characters.next() {
        Some(letter) => verb.letter = letter,
        None => return wrong("the text ends in the middle of a verb"),
    }
    Ok(verb)
}

fn digits(characters: &mut Peekable<Chars<'_>>) -> Option<usize> {
    let mut number = None;
    while let Some(digit) = characters.peek().and_then(|character| character.to_digit(10)) {
        characters.next();
        let digit = usize::try_from(digit).ok()?;
        number = Some(number.unwrap_or(0_usize).saturating_mul(10).saturating_add(digit));
    }
    number
}

fn formatted(verb: &Verb, value: &Value) -> Result<String, Failure> {
    if matches!(value, Value::Null) && verb.letter != 'v' {
        return wrong(format!("null cannot be formatted with %{}", verb.letter));
    }
    match verb.letter {
        'v' if verb.has('#') => json::encode(value),
        'v' => match value {
            Value::String(text) => Ok(text.to_string()),
            Value::Number(number) => general(*number),
            other => json::encode(other),
        },
        's' => {
            let text = evaluate::string(value)?;
            Ok(verb.precision.map_or_else(|| text.to_string(), |most| text.chars().take(most).collect()))
        }
        'q' => {
            let mut quoted = String::new();
            json::quote(&evaluate::string(value)?, &mut quoted);
            Ok(quoted)
        }
        't' => Ok(evaluate::boolean(value)?.to_string()),
        'd' | 'b' | 'o' | 'x' | 'X' => integer(verb, evaluate::number(value)?),
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' => decimal(verb, evaluate::number(value)?),
        other => wrong(format!("there is no verb %{other}")),
    }
}

fn integer(verb: &Verb, number: Number) -> Result<String, Failure> {
    let Some(integer) = number.as_integer() else {
        return wrong(format!("%{} needs a whole number, not {number}", verb.letter));
    };
    let magnitude = integer.unsigned_abs();
    let (prefix, digits) = match verb.letter {
        'b' => ("0b", format!("{magnitude:b}")),
        'o' => ("0", format!("{magnitude:o}")),
        'x' => ("0x", format!("{magnitude:x}")),
        'X' => ("0X", format!("{magnitude:X}")),
        _ => ("", magnitude.to_string()),
    };
    let digits = format!("{digits:0>width$}", width = verb.precision.unwrap_or(0));
    Ok(format!("{}{}{digits}", sign(verb, integer < 0), if verb.has('#') { prefix } else { "" }))
}

fn sign(verb: &Verb, negative: bool) -> &'static str {
    if negative {
        "-"
    } else if verb.has('+') {
        "+"
    } else if verb.has(' ') {
        " "
    } else {
        ""
    }
}

fn decimal(verb: &Verb, number: Number) -> Result<String, Failure> {
    let negative = number < Number::ZERO;
    let Some(magnitude) = (if negative { number.negate() } else { Some(number) }) else {
        return waits("a number out of range");
    };
    let digits = match (verb.letter, verb.precision) {
        ('f' | 'F', precision) => fixed(magnitude, precision.unwrap_or(6))?,
        ('e' | 'E', precision) => exponential(&format!("{:.*e}", precision.unwrap_or(6), magnitude.to_float())),
        (_, None) => general(magnitude)?,
        (_, Some(_)) => return waits("the digits of %g with a precision"),
    };
    let digits = if verb.letter.is_uppercase() { digits.to_uppercase() } else { digits };
    Ok(format!("{}{digits}", sign(verb, negative)))
}

/// So many decimals, the last one rounded to even where it is a tie.
fn fixed(number: Number, decimals: usize) -> Result<String, Failure> {
    let shifted = u32::try_from(decimals)
        .ok()
        .and_then(|decimals| 10_i128.checked_pow(decimals))
        .and_then(|scale| number.times(Number::integer(scale)));
    let Some(shifted) = shifted else {
        return waits("a number out of range");
    };
    let floor = shifted.floor();
    let rest = shifted.minus(Number::integer(floor)).and_then(|rest| rest.plus(rest)).unwrap_or(Number::ZERO);
    let up = match rest.cmp(&Number::integer(1)) {
        std::cmp::Ordering::Greater => 1,
        std::cmp::Ordering::Equal => floor.rem_euclid(2),
        std::cmp::Ordering::Less => 0,
    };
    let digits = format!("{:0>width$}", floor + up, width = decimals + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals);
    Ok(if decimals == 0 { whole.to_owned() } else { format!("{whole}.{fraction}") })
}

/// All digits; with an exponent where it is less than -4 or more than 5.
fn general(number: Number) -> Result<String, Failure> {
    let Some(text) = number.decimal() else {
        return waits(format!("the digits of {number}"));
    };
    let (sign, digits) = text.strip_prefix('-').map_or(("", &*text), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = format!("{whole}{fraction}");
    let significant = all.trim_start_matches('0');
    let leading = all.len() - significant.len();
    let (Ok(point), Ok(leading)) = (i32::try_from(whole.len()), i32::try_from(leading)) else {
        return waits("a number out of range");
    };
    let exponent = point - leading - 1;
    if significant.is_empty() || (-4..6).contains(&exponent) {
        return Ok(text);
    }
    let significant = significant.trim_end_matches('0');
    let (first, rest) = significant.split_at(1);
    let point = if rest.is_empty() { "" } else { "." };
    Ok(format!("{sign}{}", exponential(&format!("{first}{point}{rest}e{exponent}"))))
}

/// An exponent with a sign and two digits at least, where it has none.
fn exponential(text: &str) -> String {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let (sign, digits) = exponent.strip_prefix('-').map_or(('+', exponent), |digits| ('-', digits));
    format!("{mantissa}e{sign}{digits:0>2}")
}

/// Fills the field; `%t` has none.
fn pad(verb: &Verb, text: String) -> Arc<str> {
    let length = text.chars().count();
    if verb.letter == 't' || length >= verb.width {
        return text.into();
    }
    let missing = verb.width - length;
    if verb.has('-') {
        return format!("{text}{}", " ".repeat(missing)).into();
    }
    if !verb.has('0') {
        return format!("{}{text}", " ".repeat(missing)).into();
    }
    // Zeros go between the sign and the digits.
    let numeric = !matches!(verb.letter, 's' | 'q' | 'v');
    let signed = numeric && text.starts_with(['+', '-', ' ']);
    let (sign, digits) = text.split_at(usize::from(signed));
    format!("{sign}{}{digits}", "0".repeat(missing)).into()
}
