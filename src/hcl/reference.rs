//! Finds what an expression refers to and which functions it calls.

use hcl_edit::{
    Decorated,
    expr::{Expression, FuncCall, ObjectKey, Traversal, TraversalOperator},
    template::{Directive, Element, Template},
};

/// A reference to something outside the expression: a first name and what is asked of it.
#[derive(Clone, Copy, Debug)]
pub struct Reference<'a> {
    /// The first name, e.g. `var`.
    pub root: &'a str,
    /// The first name's place.
    pub name: &'a Expression,
    /// The whole reference: the traversal, or the name alone.
    pub whole: &'a Expression,
    /// What follows the first name.
    pub operators: &'a [Decorated<TraversalOperator>],
    /// Whether it stands inside `try` or `can`, which forgive what a value turns out not to have.
    pub is_guarded: bool,
    /// Whether it stands in a branch of a conditional, so that a run may never get there.
    pub is_conditional: bool,
}

/// One step of a reference behind its first name.
#[derive(Clone, Copy, Debug)]
pub enum Step<'a> {
    /// `.name`, or `["name"]`, which means the same.
    Name(&'a str),
    /// `[…]` or the older `.0`.
    Index,
    /// `[*]` or `.*`.
    Splat,
}

impl<'a> Reference<'a> {
    /// The steps behind the first name. A literal text as an index counts as [`Step::Index`].
    pub fn steps(self) -> impl Iterator<Item = Step<'a>> {
        self.operators.iter().map(|operator| match operator.value() {
            TraversalOperator::GetAttr(name) => Step::Name(name.as_str()),
            TraversalOperator::Index(_) | TraversalOperator::LegacyIndex(_) => Step::Index,
            TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => Step::Splat,
        })
    }

    /// The name of one step, where it is a name.
    #[must_use]
    pub fn name_at(self, step: usize) -> Option<&'a str> {
        match self.operators.get(step)?.value() {
            TraversalOperator::GetAttr(name) => Some(name.as_str()),
            _ => None,
        }
    }
}

/// What [`visit`] finds.
#[derive(Clone, Copy, Debug)]
pub enum Found<'a> {
    /// A reference to something that the expression does not bind itself.
    Reference(Reference<'a>),
    /// A function call.
    Call {
        /// The call.
        call: &'a FuncCall,
        /// The expression that it is.
        whole: &'a Expression,
        /// Whether it stands inside `try` or `can`.
        is_guarded: bool,
    },
}

/// Calls back for every reference and function call of an expression, outer before inner.
///
/// Names that `for` binds inside the expression are no references, nor are those in `bound`.
pub fn visit<'a>(expression: &'a Expression, bound: &[&'a str], found: &mut dyn FnMut(Found<'a>)) {
    Visitor { bound: bound.to_vec(), guards: 0, branches: 0, found }.expression(expression);
}

struct Visitor<'a, 'f> {
    bound: Vec<&'a str>,
    guards: usize,
    branches: usize,
    found: &'f mut dyn FnMut(Found<'a>),
}

impl<'a> Visitor<'a, '_> {
    fn expression(&mut self, expression: &'a Expression) {
        match expression {
            Expression::Null(_) | Expression::Bool(_) | Expression::Number(_) | Expression::String(_) => {}
            Expression::Array(array) => array.iter().for_each(|item| self.expression(item)),
            Expression::Object(object) => {
                for (key, value) in object {
                    if let ObjectKey::Expression(key) = key {
                        self.key(key);
                    }
                    self.expression(value.expr());
                }
            }
            Expression::StringTemplate(template) => template.iter().for_each(|element| self.element(element)),
            Expression::HeredocTemplate(heredoc) => self.template(&heredoc.template),
            Expression::Parenthesis(inner) => self.expression(inner.inner()),
            Expression::Variable(name) => self.reference(name.as_str(), expression, expression, &[]),
            Expression::Conditional(conditional) => {
                self.expression(&conditional.cond_expr);
                self.branches += 1;
                self.expression(&conditional.true_expr);
                self.expression(&conditional.false_expr);
                self.branches -= 1;
            }
            Expression::FuncCall(call) => {
                (self.found)(Found::Call { call, whole: expression, is_guarded: self.guards > 0 });
                let is_guard = matches!(call.name.name.as_str(), "try" | "can");
                self.guards += usize::from(is_guard);
                call.args.iter().for_each(|argument| self.expression(argument));
                self.guards -= usize::from(is_guard);
            }
            Expression::Traversal(traversal) => self.traversal(traversal, expression),
            Expression::UnaryOp(operation) => self.expression(&operation.expr),
            Expression::BinaryOp(operation) => {
                self.expression(&operation.lhs_expr);
                self.expression(&operation.rhs_expr);
            }
            Expression::ForExpr(each) => {
                self.expression(&each.intro.collection_expr);
                let names = each.intro.key_var.iter().chain([&each.intro.value_var]).map(|name| name.as_str());
                self.within(names, |visitor| {
                    each.key_expr.iter().for_each(|key| visitor.expression(key));
                    visitor.expression(&each.value_expr);
                    each.cond.iter().for_each(|condition| visitor.expression(&condition.expr));
                });
            }
        }
    }

    /// A bare name as an object's key is text, not a reference.
    fn key(&mut self, key: &'a Expression) {
        if !matches!(key, Expression::Variable(_)) {
            self.expression(key);
        }
    }

    fn traversal(&mut self, traversal: &'a Traversal, whole: &'a Expression) {
        if let Expression::Variable(name) = &traversal.expr {
            self.reference(name.as_str(), &traversal.expr, whole, &traversal.operators);
        } else {
            self.expression(&traversal.expr);
        }
        for operator in &traversal.operators {
            if let TraversalOperator::Index(index) = operator.value() {
                self.expression(index);
            }
        }
    }

    fn reference(
        &mut self,
        root: &'a str,
        name: &'a Expression,
        whole: &'a Expression,
        operators: &'a [Decorated<TraversalOperator>],
    ) {
        if !self.bound.contains(&root) {
            let (is_guarded, is_conditional) = (self.guards > 0, self.branches > 0);
            (self.found)(Found::Reference(Reference { root, name, whole, operators, is_guarded, is_conditional }));
        }
    }

    fn template(&mut self, template: &'a Template) {
        template.iter().for_each(|element| self.element(element));
    }

    fn element(&mut self, element: &'a Element) {
        match element {
            Element::Literal(_) => {}
            Element::Interpolation(interpolation) => self.expression(&interpolation.expr),
            Element::Directive(directive) => self.directive(directive),
        }
    }

    fn directive(&mut self, directive: &'a Directive) {
        match directive {
            Directive::If(branches) => {
                self.expression(&branches.if_expr.cond_expr);
                self.template(&branches.if_expr.template);
                branches.else_expr.iter().for_each(|branch| self.template(&branch.template));
            }
            Directive::For(each) => {
                let each = &each.for_expr;
                self.expression(&each.collection_expr);
                let names = each.key_var.iter().chain([&each.value_var]).map(|name| name.as_str());
                self.within(names, |visitor| visitor.template(&each.template));
            }
        }
    }

    fn within(&mut self, names: impl Iterator<Item = &'a str>, visit: impl FnOnce(&mut Self)) {
        let before = self.bound.len();
        self.bound.extend(names);
        visit(self);
        self.bound.truncate(before);
    }
}
