//! Reads an HCL body that holds only literals into plain values, remembering where each stands.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

use hcl_edit::{
    expr::{Expression, ObjectKey},
    structure::{Attribute, Block, Body, Structure},
};
use serde_json::{Map, Value};

use crate::{
    diagnostic::{Diagnostic, Severity, Source},
    hcl::Document,
};

/// Where one value of the specification stands in its file.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// The name, or a block's type and labels.
    pub(super) key: Range<usize>,
    /// The value; for a block the same as the key.
    pub(super) value: Range<usize>,
    /// Whether it is written as a block.
    pub(super) block: bool,
    /// Whether that block has a name behind its type.
    pub(super) named: bool,
}

/// Where every value of a specification stands, by JSON pointer.
#[derive(Debug)]
pub(super) struct Places {
    pub(super) source: Source,
    entries: HashMap<String, Place>,
}

impl Places {
    /// The place of a value, or of the nearest thing around it that is in the file.
    ///
    /// A problem of something that is not there (a block left out) is shown at what should hold it, and at the start
    /// of the file where nothing does.
    pub(super) fn nearest(&self, pointer: &str) -> Place {
        self.holder(pointer).cloned().unwrap_or(Place { key: 0..0, value: 0..0, block: true, named: false })
    }

    /// The place of a value, or of the nearest block or list around it; none where the file has neither.
    pub(super) fn holder(&self, pointer: &str) -> Option<&Place> {
        let around = std::iter::successors(Some(pointer), |inner| inner.rsplit_once('/').map(|(outer, _)| outer));
        around.take_while(|pointer| !pointer.is_empty()).find_map(|pointer| self.entries.get(pointer))
    }
}

/// The values of a specification file, where each stands, and what in it is no literal.
pub(super) struct Literals {
    pub(super) value: Value,
    pub(super) places: Places,
    pub(super) problems: Vec<Diagnostic>,
    /// Pointers at which the file says something that could not be read and was reported; in lists they hold null.
    pub(super) unread: HashSet<String>,
}

/// Reads a whole document.
pub(super) fn read(document: &Document) -> Literals {
    let mut reader = Reader { document, entries: HashMap::new(), problems: twice(document), unread: HashSet::new() };
    let value = reader.body(document.body(), "");
    let places = Places { source: document.source().clone(), entries: reader.entries };
    Literals { value, places, problems: reader.problems, unread: reader.unread }
}

/// Names set twice: Terraform takes a key's last value, here nobody could tell which of the two is meant.
fn twice(document: &Document) -> Vec<Diagnostic> {
    document.problems().iter().map(|problem| Diagnostic { severity: Severity::Error, ..problem.clone() }).collect()
}

struct Reader<'a> {
    document: &'a Document,
    entries: HashMap<String, Place>,
    problems: Vec<Diagnostic>,
    unread: HashSet<String>,
}

impl Reader<'_> {
    fn body(&mut self, body: &Body, pointer: &str) -> Value {
        let mut object = Map::new();
        for structure in body {
            match structure {
                Structure::Attribute(attribute) => self.attribute(attribute, pointer, &mut object),
                Structure::Block(block) => self.block(block, pointer, &mut object),
            }
        }
        Value::Object(object)
    }

    fn attribute(&mut self, attribute: &Attribute, pointer: &str, object: &mut Map<String, Value>) {
        let place = Place {
            key: self.document.span(&attribute.key),
            value: self.document.span(&attribute.value),
            block: false,
            named: false,
        };
        if self.is_second(&place.key) {
            return;
        }
        let pointer = child(pointer, attribute.key.as_str());
        if object.contains_key(attribute.key.as_str()) {
            self.problem("duplicate-argument", format!("`{}` is set twice", attribute.key.as_str()), place.key);
            return;
        }
        self.entries.insert(pointer.clone(), place);
        if let Some(value) = self.expression(&attribute.value, &pointer) {
            object.insert(attribute.key.to_string(), value);
        }
    }

    fn block(&mut self, block: &Block, pointer: &str, object: &mut Map<String, Value>) {
        let name = block.ident.as_str();
        let header = self.header(block);
        let outer = child(pointer, name);
        let named = !block.labels.is_empty();
        let place = Place { key: header.clone(), value: header.clone(), block: true, named };
        match block.labels.as_slice() {
            [] => {
                if self.entries.contains_key(&outer) {
                    let message = format!("block `{name}` stands here a second time");
                    self.problem_with_hint("duplicate-block", message, header, "put both into one block");
                    return;
                }
                self.entries.insert(outer.clone(), place);
                let value = self.body(&block.body, &outer);
                object.insert(name.to_owned(), value);
            }
            [label] => {
                let label = label.as_str().to_owned();
                let inner = child(&outer, &label);
                if self.entries.contains_key(&inner) {
                    let message = format!("{name} `{label}` is defined twice");
                    self.problem_with_hint("duplicate-block", message, header, "give one of them another name");
                    return;
                }
                self.entries.entry(outer.clone()).or_insert_with(|| place.clone());
                self.entries.insert(inner.clone(), place);
                let value = self.body(&block.body, &inner);
                match object.entry(name).or_insert_with(|| Value::Object(Map::new())) {
                    Value::Object(labelled) => {
                        labelled.insert(label, value);
                    }
                    _ => self.problem("wrong-type", format!("`{name}` is both an argument and a block"), header),
                }
            }
            _ => self.problem("wrong-type", format!("block `{name}` takes at most one name"), header),
        }
    }

    /// The block's type and labels, which is what a message about the block should underline.
    fn header(&self, block: &Block) -> Range<usize> {
        let start = self.document.span(&block.ident);
        let end = block.labels.last().map_or(start.end, |label| self.document.span(label).end);
        start.start..end.max(start.end)
    }

    fn expression(&mut self, expression: &Expression, pointer: &str) -> Option<Value> {
        match expression {
            Expression::Null(_) => Some(Value::Null),
            Expression::Bool(value) => Some(Value::Bool(*value.value())),
            Expression::Number(number) => number_value(number),
            Expression::String(text) => Some(Value::String(text.value().clone())),
            Expression::Array(array) => {
                let mut values = Vec::new();
                for (index, element) in array.iter().enumerate() {
                    let pointer = child(pointer, &index.to_string());
                    self.place(&pointer, element);
                    values.push(self.expression(element, &pointer).unwrap_or_default());
                }
                Some(Value::Array(values))
            }
            Expression::Object(object) => {
                let mut map = Map::new();
                for (key, value) in object {
                    let Some(name) = object_key(key) else {
                        let start = self.document.span(key).start;
                        self.not_literal(start..self.document.span(value.expr()).end, pointer);
                        continue;
                    };
                    if self.is_second(&self.document.span(key)) {
                        continue;
                    }
                    let pointer = child(pointer, &name);
                    self.place(&pointer, value.expr());
                    if let Some(value) = self.expression(value.expr(), &pointer) {
                        map.insert(name, value);
                    }
                }
                Some(Value::Object(map))
            }
            Expression::Parenthesis(inner) => self.expression(inner.inner(), pointer),
            Expression::UnaryOp(operation) => self.negative(operation, pointer),
            other => {
                self.not_literal(self.document.span(other), pointer);
                None
            }
        }
    }

    /// Whether this is the name of something set a second time, which was reported and reads as another name.
    fn is_second(&self, name: &Range<usize>) -> bool {
        let at = |problem: &Diagnostic| problem.location.as_ref().map(|location| location.span.start);
        // The span of a quoted key has the quotes, the one reported has not.
        self.document.problems().iter().any(|problem| at(problem).is_some_and(|start| name.contains(&start)))
    }

    fn negative(&mut self, operation: &hcl_edit::expr::UnaryOp, pointer: &str) -> Option<Value> {
        let minus = *operation.operator.value() == hcl_edit::expr::UnaryOperator::Neg;
        match self.expression(&operation.expr, pointer)? {
            Value::Number(number) if minus => {
                let negated = number.as_i64().map(|it| Value::from(-it));
                negated.or_else(|| number.as_f64().map(|it| Value::from(-it)))
            }
            Value::Bool(value) if !minus => Some(Value::Bool(!value)),
            _ => {
                self.not_literal(self.document.span(&operation.expr), pointer);
                None
            }
        }
    }

    fn place(&mut self, pointer: &str, expression: &Expression) {
        let span = self.document.span(expression);
        self.entries.insert(pointer.to_owned(), Place { key: span.clone(), value: span, block: false, named: false });
    }

    fn not_literal(&mut self, span: Range<usize>, pointer: &str) {
        self.unread.insert(pointer.to_owned());
        self.problem_with_hint(
            "not-literal",
            "a specification holds plain values only".to_owned(),
            span,
            "write the value itself: variables, functions and templates belong in the generated Terraform",
        );
    }

    fn problem(&mut self, code: &'static str, message: String, span: Range<usize>) {
        self.problems.push(Diagnostic::error(code, message, self.document.source(), span));
    }

    fn problem_with_hint(&mut self, code: &'static str, message: String, span: Range<usize>, hint: &str) {
        self.problems.push(Diagnostic::error(code, message, self.document.source(), span).hint(hint));
    }
}

/// The JSON pointer of a member, with the escapes of RFC 6901.
pub(super) fn child(pointer: &str, name: &str) -> String {
    if name.contains(['~', '/']) {
        return format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
    }
    format!("{pointer}/{name}")
}

fn number_value(number: &hcl_edit::repr::Formatted<hcl_edit::Number>) -> Option<Value> {
    let number = number.value();
    number
        .as_u64()
        .map(Value::from)
        .or_else(|| number.as_i64().map(Value::from))
        .or_else(|| number.as_f64().map(Value::from))
}

fn object_key(key: &ObjectKey) -> Option<String> {
    match key {
        ObjectKey::Ident(name) => Some(name.to_string()),
        ObjectKey::Expression(Expression::String(text)) => Some(text.value().clone()),
        ObjectKey::Expression(_) => None,
    }
}
