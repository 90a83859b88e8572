//! Numbers of the Terraform language: exact fractions.
//!
//! Terraform computes with 512-bit floats, in which `0.1 + 0.2` prints as `0.3` and `ceil(1.1 * 10)` is 11. A fraction
//! of two integers gives the same results without a big-number library; what leaves its range is an error, never a
//! rounded value.

use std::{cmp::Ordering, fmt};

/// A rational number in lowest terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Number {
    numerator: i128,
    denominator: i128,
}

/// The most digits behind the decimal point that a literal may have.
const MOST_DECIMALS: u32 = 30;

impl Number {
    /// Zero.
    pub const ZERO: Self = Self::integer(0);

    /// A whole number.
    #[must_use]
    pub const fn integer(value: i128) -> Self {
        Self { numerator: value, denominator: 1 }
    }

    /// A fraction in lowest terms; nothing for a zero denominator or one that cannot be reduced into range.
    fn fraction(numerator: i128, denominator: i128) -> Option<Self> {
        if denominator == 0 {
            return None;
        }
        let divisor = i128::try_from(greatest_common_divisor(numerator.unsigned_abs(), denominator.unsigned_abs()));
        let divisor = divisor.ok()?.checked_mul(denominator.signum())?;
        Some(Self { numerator: numerator.checked_div(divisor)?, denominator: denominator.checked_div(divisor)? })
    }

    /// Reads a decimal literal as Terraform writes them: sign, digits, point, exponent.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (mantissa, exponent) = match text.find(['e', 'E']) {
            Some(at) => (&text[..at], text[at + 1..].parse::<i32>().ok()?),
            None => (text, 0),
        };
        let unsigned = mantissa.strip_prefix(['-', '+']).unwrap_or(mantissa);
        let (whole, decimals) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let digits = format!("{whole}{decimals}");
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let magnitude = digits.parse::<i128>().ok()?;
        let numerator = if mantissa.starts_with('-') { -magnitude } else { magnitude };
        let scale = exponent.checked_sub(i32::try_from(decimals.len()).ok()?)?;
        let power = 10_i128.checked_pow(scale.unsigned_abs())?;
        if scale >= 0 {
            numerator.checked_mul(power).map(Self::integer)
        } else if scale.unsigned_abs() <= MOST_DECIMALS {
            Self::fraction(numerator, power)
        } else {
            None
        }
    }

    /// The decimal number that a float prints as, which is what people mean by it.
    #[must_use]
    pub fn from_float(value: f64) -> Option<Self> {
        if value.is_finite() { Self::parse(&value.to_string()) } else { None }
    }

    /// The nearest float.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "the nearest float is what is asked for")]
    pub fn to_float(self) -> f64 {
        self.numerator as f64 / self.denominator as f64
    }

    /// The value, where it is whole.
    #[must_use]
    pub const fn as_integer(self) -> Option<i128> {
        if self.denominator == 1 { Some(self.numerator) } else { None }
    }

    /// The value, where it is whole and can count or index something in memory.
    #[must_use]
    pub fn as_index(self) -> Option<usize> {
        self.as_integer().and_then(|value| usize::try_from(value).ok())
    }

    /// The sum; nothing where it leaves the range.
    #[must_use]
    pub fn plus(self, other: Self) -> Option<Self> {
        let left = self.numerator.checked_mul(other.denominator)?;
        let right = other.numerator.checked_mul(self.denominator)?;
        Self::fraction(left.checked_add(right)?, self.denominator.checked_mul(other.denominator)?)
    }

    /// The difference; nothing where it leaves the range.
    #[must_use]
    pub fn minus(self, other: Self) -> Option<Self> {
        self.plus(other.negate()?)
    }

    /// The product; nothing where it leaves the range.
    #[must_use]
    pub fn times(self, other: Self) -> Option<Self> {
        Self::fraction(self.numerator.checked_mul(other.numerator)?, self.denominator.checked_mul(other.denominator)?)
    }

    /// The quotient; nothing for a division by zero or where it leaves the range.
    #[must_use]
    pub fn over(self, other: Self) -> Option<Self> {
        Self::fraction(self.numerator.checked_mul(other.denominator)?, self.denominator.checked_mul(other.numerator)?)
    }

    /// What is left of a division whose quotient is cut off towards zero, so it has the dividend's sign.
    #[must_use]
    pub fn remainder(self, other: Self) -> Option<Self> {
        let quotient = self.over(other)?;
        let whole = Self::integer(quotient.numerator.checked_div(quotient.denominator)?);
        self.minus(whole.times(other)?)
    }

    /// The number with the other sign.
    #[must_use]
    pub fn negate(self) -> Option<Self> {
        Some(Self { numerator: self.numerator.checked_neg()?, denominator: self.denominator })
    }

    /// The largest whole number that is not greater.
    #[must_use]
    pub const fn floor(self) -> i128 {
        self.numerator.div_euclid(self.denominator)
    }

    /// The smallest whole number that is not less.
    #[must_use]
    pub const fn ceiling(self) -> i128 {
        self.floor() + if self.denominator == 1 { 0 } else { 1 }
    }

    /// The number in decimal digits; nothing for a fraction like 1/3 that has no last digit.
    #[must_use]
    pub fn decimal(self) -> Option<String> {
        if self.denominator == 1 {
            return Some(self.numerator.to_string());
        }
        let mut digits = String::new();
        let mut rest = self.numerator.unsigned_abs();
        let denominator = self.denominator.unsigned_abs();
        let whole = rest / denominator;
        rest %= denominator;
        while rest != 0 {
            // A denominator of 2ⁿ or 5ⁿ ends after n digits, and no 128-bit one needs more than 127.
            if digits.len() > 127 {
                return None;
            }
            rest = rest.checked_mul(10)?;
            digits.push(char::from_digit(u32::try_from(rest / denominator).ok()?, 10)?);
            rest %= denominator;
        }
        let sign = if self.numerator < 0 { "-" } else { "" };
        Some(format!("{sign}{whole}.{digits}"))
    }
}

const fn greatest_common_divisor(mut left: u128, mut right: u128) -> u128 {
    while right != 0 {
        (left, right) = (right, left % right);
    }
    left
}

impl Ord for Number {
    /// Compares whole parts, then the reciprocals of what is left, so that nothing is multiplied out of range.
    fn cmp(&self, other: &Self) -> Ordering {
        let whole = self.floor().cmp(&other.floor());
        if whole != Ordering::Equal {
            return whole;
        }
        let left = self.numerator.rem_euclid(self.denominator);
        let right = other.numerator.rem_euclid(other.denominator);
        match (left, right) {
            (0, _) | (_, 0) => left.cmp(&right),
            _ => Self { numerator: other.denominator, denominator: right }
                .cmp(&Self { numerator: self.denominator, denominator: left }),
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Number {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.decimal() {
            Some(decimal) => formatter.write_str(&decimal),
            None => write!(formatter, "{}", self.to_float()),
        }
    }
}
