//! Templates: interpolations, directives, whitespace markers and the indentation of heredocs.
//!
//! Whitespace is laid out on a flat row of pieces before anything is evaluated, as Terraform does it: first `~` trims
//! the neighbouring piece, then `<<-` removes the indentation that all lines share, also those inside directives. In
//! a heredoc every line is a piece of its own, so `~` never reaches past the end of a line.

use std::{borrow::Cow, ops::Range};

use hcl_edit::{
    Span, Spanned,
    expr::Expression,
    template::{Directive, Element, ForTemplateExpr, HeredocTemplate, Strip, Template},
};

use super::{
    Bound, Scope, convert,
    evaluator::Evaluator,
    failure::{Failure, wrong},
    iteration::pairs,
    value::{Unknown, Value},
};

/// A part of a template that is ready to be evaluated.
enum Part<'a> {
    /// The piece of text with this number.
    Text(usize),
    Value(&'a Expression),
    If {
        condition: &'a Expression,
        then: Vec<Part<'a>>,
        otherwise: Vec<Part<'a>>,
    },
    For {
        each: &'a ForTemplateExpr,
        body: Vec<Part<'a>>,
    },
}

/// The row of pieces: text, or something that stands between texts.
struct Layout<'a> {
    scope: &'a dyn Scope,
    /// Whether every line is a piece of its own.
    lines: bool,
    /// Whether literals are read from the source, because the parsed ones have lost their indentation.
    raw: bool,
    pieces: Vec<Option<Cow<'a, str>>>,
    /// Whether the last marker trims what follows it.
    trims_next: bool,
}

impl<'a> Layout<'a> {
    fn parts(&mut self, template: &'a Template) -> Vec<Part<'a>> {
        let mut parts = Vec::new();
        for element in template {
            match element {
                Element::Literal(literal) => self.literal(literal, &mut parts),
                Element::Interpolation(interpolation) => {
                    self.marker(interpolation.strip);
                    parts.push(Part::Value(&interpolation.expr));
                }
                Element::Directive(directive) => parts.push(self.directive(directive)),
            }
        }
        parts
    }

    fn directive(&mut self, directive: &'a Directive) -> Part<'a> {
        match directive {
            Directive::If(directive) => {
                self.marker(directive.if_expr.strip);
                let then = self.parts(&directive.if_expr.template);
                let otherwise = directive.else_expr.as_ref().map_or_else(Vec::new, |otherwise| {
                    self.marker(otherwise.strip);
                    self.parts(&otherwise.template)
                });
                self.marker(directive.endif_expr.strip);
                Part::If { condition: &directive.if_expr.cond_expr, then, otherwise }
            }
            Directive::For(directive) => {
                self.marker(directive.for_expr.strip);
                let body = self.parts(&directive.for_expr.template);
                self.marker(directive.endfor_expr.strip);
                Part::For { each: &directive.for_expr, body }
            }
        }
    }

    fn literal(&mut self, literal: &'a Spanned<String>, parts: &mut Vec<Part<'a>>) {
        let source = if self.raw { literal.span().and_then(|span| self.scope.text(span)) } else { None };
        let text = match source {
            Some(source) if source.contains("$${") || source.contains("%%{") => {
                Cow::Owned(source.replace("$${", "${").replace("%%{", "%{"))
            }
            Some(source) => Cow::Borrowed(source),
            None => Cow::Borrowed(literal.as_str()),
        };
        if self.lines {
            for line in text.split_inclusive('\n') {
                self.piece(Cow::Owned(line.to_owned()), parts);
            }
        } else {
            self.piece(text, parts);
        }
    }

    fn piece(&mut self, text: Cow<'a, str>, parts: &mut Vec<Part<'a>>) {
        let text = if self.trims_next { Cow::Owned(text.trim_start().to_owned()) } else { text };
        self.trims_next = false;
        parts.push(Part::Text(self.pieces.len()));
        self.pieces.push(Some(text));
    }

    fn marker(&mut self, strip: Strip) {
        if strip.strip_start()
            && let Some(Some(text)) = self.pieces.last_mut()
        {
            *text = Cow::Owned(text.trim_end().to_owned());
        }
        self.pieces.push(None);
        self.trims_next = strip.strip_end();
    }

    /// Removes the indentation that all lines have in common, blank lines not counted.
    fn unindent(&mut self) {
        let mut shared = usize::MAX;
        let mut lines = Vec::new();
        let mut line_starts = true;
        for (number, piece) in self.pieces.iter().enumerate() {
            if line_starts {
                let indentation =
                    piece.as_deref().map_or(0, |text| text.chars().count() - text.trim_start().chars().count());
                match piece {
                    Some(text) if text.ends_with('\n') && text.trim_start().is_empty() => {}
                    _ => {
                        shared = shared.min(indentation);
                        lines.push(number);
                    }
                }
            }
            line_starts = piece.as_deref().is_some_and(|text| text.ends_with('\n'));
        }
        for number in lines {
            if let Some(Some(text)) = self.pieces.get_mut(number) {
                *text = Cow::Owned(text.chars().skip(shared).collect());
            }
        }
    }
}

/// What a template has made so far.
#[derive(Default)]
struct Rendered {
    text: String,
    sensitive: bool,
    failure: Option<(Failure, Option<Range<usize>>)>,
}

impl Evaluator {
    /// A template in quotes, which may have to be trimmed.
    pub(super) fn template(&mut self, template: &Template, scope: &dyn Scope) -> Value {
        self.laid_out(template, scope, false, false)
    }

    /// A template that is a file of its own.
    pub(super) fn template_of_lines(&mut self, template: &Template, scope: &dyn Scope) -> Value {
        self.laid_out(template, scope, true, false)
    }

    pub(super) fn heredoc(&mut self, heredoc: &HeredocTemplate, scope: &dyn Scope) -> Value {
        let indented = match heredoc.span().and_then(|span| scope.text(span)) {
            Some(source) => source.starts_with("<<-"),
            // Without the source the parser's own removal of indentation has to do.
            None => false,
        };
        self.laid_out(&heredoc.template, scope, true, indented)
    }

    fn laid_out(&mut self, template: &Template, scope: &dyn Scope, lines: bool, indented: bool) -> Value {
        let mut layout = Layout { scope, lines, raw: indented, pieces: Vec::new(), trims_next: false };
        let parts = layout.parts(template);
        if indented {
            layout.unindent();
        }
        let mut rendered = Rendered::default();
        self.render(&parts, &layout.pieces, scope, &mut rendered);
        let value = match rendered.failure {
            // Whatever is filled in, a template gives a string.
            Some((Failure::Waits(unknown), _)) => Value::Unknown(Unknown::present(unknown.origin())),
            Some((failure, span)) => self.settle(Err(failure), span),
            None => Value::string(rendered.text),
        };
        value.marked(rendered.sensitive)
    }

    fn render(
        &mut self,
        parts: &[Part<'_>],
        pieces: &[Option<Cow<'_, str>>],
        scope: &dyn Scope,
        rendered: &mut Rendered,
    ) {
        for part in parts {
            let (outcome, span) = match part {
                Part::Text(number) => {
                    rendered.text.push_str(pieces.get(*number).and_then(Option::as_deref).unwrap_or_default());
                    continue;
                }
                Part::Value(expression) => {
                    let value = self.value(expression, scope);
                    rendered.sensitive |= value.holds_sensitive();
                    let text = match &value {
                        Value::Null => wrong("null cannot be part of a text"),
                        value => convert::string(value),
                    };
                    (text.map(|text| rendered.text.push_str(&text)), expression.span())
                }
                Part::If { condition, then, otherwise } => {
                    let value = self.value(condition, scope);
                    rendered.sensitive |= value.is_sensitive();
                    let chosen = convert::boolean(&value).map(|holds| if holds { then } else { otherwise });
                    (chosen.map(|parts| self.render(parts, pieces, scope, rendered)), condition.span())
                }
                Part::For { each, body } => {
                    (self.repeat(each, body, pieces, scope, rendered), each.collection_expr.span())
                }
            };
            if let Err(failure) = outcome {
                // The first failure is the text's; the rest is only looked at for what is wrong with it.
                let earlier = rendered.failure.take();
                if let (Some(_), Failure::Wrong(_)) = (&earlier, &failure) {
                    self.settle(Err(failure.clone()), span.clone());
                }
                rendered.failure = earlier.or(Some((failure, span)));
            }
        }
    }

    fn repeat(
        &mut self,
        each: &ForTemplateExpr,
        body: &[Part<'_>],
        pieces: &[Option<Cow<'_, str>>],
        scope: &dyn Scope,
        rendered: &mut Rendered,
    ) -> Result<(), Failure> {
        let collection = self.value(&each.collection_expr, scope);
        rendered.sensitive |= collection.is_sensitive();
        for (key, value) in pairs(&collection)? {
            let bound = Bound { parent: scope, name: each.value_var.as_str(), value: &value };
            match &each.key_var {
                Some(name) => {
                    let both = Bound { parent: &bound, name: name.as_str(), value: &key };
                    self.render(body, pieces, &both, rendered);
                }
                None => self.render(body, pieces, &bound, rendered),
            }
        }
        Ok(())
    }
}
