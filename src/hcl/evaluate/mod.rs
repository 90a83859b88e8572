//! Evaluates Terraform expressions without Terraform, as far as they can be known before anything is planned.
//!
//! A reference to what is not known gives an unknown value, never an error, and the rest of the expression is still
//! evaluated. What Terraform itself would refuse becomes unknown too and is recorded as a [`Problem`].

mod convert;
mod evaluator;
mod failure;
mod file;
mod inside;
mod iteration;
mod number;
mod operator;
mod template;
mod traversal;
mod types;
mod value;

use std::{ops::Range, sync::Arc};

use hcl_edit::expr::Expression;

pub(crate) use convert::{article, boolean, equal, number, string};
pub(crate) use failure::{waits, wrong};
pub(crate) use iteration::pairs;
pub(crate) use types::unify;
pub(crate) use value::quoted;

pub use failure::{Failure, Outcome};
pub use number::Number;
pub use types::{Attribute, Type};
pub use value::{Entries, Unknown, Value};

/// What names stand for.
pub trait Scope {
    /// The value of a reference, with the number of steps behind the root that it covers.
    ///
    /// A scope takes as many steps as it can tell apart: of `module.vpc.subnet_ids[0]`, with the root `module`, it
    /// takes two, so that other outputs of the module need not be evaluated. Nothing means that the scope does not
    /// know the name, which gives an unknown value.
    fn resolve(&self, root: &str, path: &[Step<'_>]) -> Option<(Value, usize)>;

    /// Whether a name that the scope does not know is wrong, rather than unknown.
    fn is_complete(&self) -> bool {
        false
    }

    /// The text of a file, for `file` and `templatefile`; nothing makes their results unknown.
    fn read(&self, path: &str) -> Option<String> {
        let _ = path;
        None
    }

    /// The text that a span of the parsed tree stands for, as hcl-edit counts.
    ///
    /// The parser removes indentation from `<<-` heredocs in its own way, so without their text they may come out
    /// with other whitespace than in Terraform.
    fn text(&self, span: Range<usize>) -> Option<&str> {
        let _ = span;
        None
    }
}

/// One step of a reference behind its first name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// `.name`
    Attribute(&'a str),
    /// `[key]` with a known key
    Index(Value),
}

/// A scope that knows nothing: every reference is unknown.
#[derive(Clone, Copy, Debug)]
pub struct Nothing;

impl Scope for Nothing {
    fn resolve(&self, _root: &str, _path: &[Step<'_>]) -> Option<(Value, usize)> {
        None
    }
}

/// A scope with one more name in it, as inside a `for` expression.
#[derive(Clone, Copy)]
pub struct Bound<'a> {
    /// Where other names are looked up.
    pub parent: &'a dyn Scope,
    /// The name.
    pub name: &'a str,
    /// What it stands for.
    pub value: &'a Value,
}

impl Scope for Bound<'_> {
    fn resolve(&self, root: &str, path: &[Step<'_>]) -> Option<(Value, usize)> {
        if root == self.name { Some((self.value.clone(), 0)) } else { self.parent.resolve(root, path) }
    }

    fn is_complete(&self) -> bool {
        self.parent.is_complete()
    }

    fn read(&self, path: &str) -> Option<String> {
        self.parent.read(path)
    }

    fn text(&self, span: Range<usize>) -> Option<&str> {
        self.parent.text(span)
    }
}

/// Something in an expression that Terraform would refuse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong: a sentence fragment without a full stop.
    pub message: String,
    /// The part of the parsed tree that is wrong, as hcl-edit counts: see [`crate::hcl::Document::span`].
    pub span: Option<Range<usize>>,
}

/// The value of an expression, and what is wrong with the expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluation {
    /// The value.
    pub value: Value,
    /// What Terraform would refuse; the parts concerned are unknown in the value.
    pub problems: Vec<Problem>,
}

/// Evaluates an expression.
pub fn evaluate(expression: &Expression, scope: &dyn Scope) -> Evaluation {
    let mut evaluator = evaluator::Evaluator::default();
    let value = evaluator.value(expression, scope);
    Evaluation { value, problems: evaluator.problems }
}

/// The origin of a value that cannot be computed because something is wrong.
fn invalid() -> Arc<str> {
    Arc::from("an invalid expression")
}
