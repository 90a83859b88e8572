//! Unary and binary operators.

use hcl_edit::expr::{BinaryOperator, UnaryOperator};

use super::{
    convert::{boolean, equal, number},
    failure::{Failure, Outcome, wrong},
    number::Number,
    value::Value,
};

/// Applies `-` or `!`.
pub(super) fn unary(operator: UnaryOperator, operand: &Value) -> Outcome {
    let value = match operator {
        UnaryOperator::Not => Value::Bool(!boolean(operand)?),
        UnaryOperator::Neg => in_range(number(operand)?.negate())?,
    };
    Ok(value.marked(operand.is_sensitive()))
}

/// Applies an operator between two values.
pub(super) fn binary(left: &Value, operator: BinaryOperator, right: &Value) -> Outcome {
    let value = match operator {
        BinaryOperator::Eq => comparison(left, right, true)?,
        BinaryOperator::NotEq => comparison(left, right, false)?,
        BinaryOperator::And => logical(left, right, false)?,
        BinaryOperator::Or => logical(left, right, true)?,
        BinaryOperator::Less => Value::Bool(number(left)? < number(right)?),
        BinaryOperator::LessEq => Value::Bool(number(left)? <= number(right)?),
        BinaryOperator::Greater => Value::Bool(number(left)? > number(right)?),
        BinaryOperator::GreaterEq => Value::Bool(number(left)? >= number(right)?),
        BinaryOperator::Plus => in_range(number(left)?.plus(number(right)?))?,
        BinaryOperator::Minus => in_range(number(left)?.minus(number(right)?))?,
        BinaryOperator::Mul => in_range(number(left)?.times(number(right)?))?,
        BinaryOperator::Div => in_range(number(left)?.over(number(right)?))?,
        BinaryOperator::Mod => in_range(number(left)?.remainder(number(right)?))?,
    };
    Ok(value.marked(left.is_sensitive() || right.is_sensitive()))
}

fn comparison(left: &Value, right: &Value, wanted: bool) -> Outcome {
    equal(left, right).map(|equal| Value::Bool(equal == wanted)).map_err(Failure::Waits)
}

/// `&&` or `||`: either side alone decides when it is `decisive`, even beside an unknown one.
fn logical(left: &Value, right: &Value, decisive: bool) -> Outcome {
    match (boolean(left), boolean(right)) {
        (Err(Failure::Wrong(message)), _) | (_, Err(Failure::Wrong(message))) => wrong(message),
        (Ok(value), _) | (_, Ok(value)) if value == decisive => Ok(Value::Bool(decisive)),
        (Ok(_), Ok(_)) => Ok(Value::Bool(!decisive)),
        (Err(waits), _) | (_, Err(waits)) => Err(waits),
    }
}

/// Terraform's numbers reach further, and know infinity as the result of a division by zero.
fn in_range(number: Option<Number>) -> Outcome {
    match number {
        Some(number) => Ok(Value::Number(number)),
        None => super::failure::waits("a number out of range"),
    }
}
