//! Functions that read files or templates: `file`, `templatefile` and `templatestring`.

use hcl_edit::{
    Span,
    expr::{Expression, FuncCall},
    template::Template,
};

use super::{
    Scope, Step, convert,
    evaluator::Evaluator,
    failure::{Failure, Outcome, waits, wrong},
    value::{Entries, Value},
};

/// The variables of a template, which are all that it can refer to.
struct Variables<'a>(&'a Entries);

impl Scope for Variables<'_> {
    fn resolve(&self, root: &str, _path: &[Step<'_>]) -> Option<(Value, usize)> {
        self.0.get(root).map(|value| (value.clone(), 0))
    }

    fn is_complete(&self) -> bool {
        true
    }
}

impl Evaluator {
    pub(super) fn file(&mut self, call: &FuncCall, scope: &dyn Scope) -> Value {
        let path = self.first_argument(call, scope);
        let outcome = contents(&path, "file", scope).map(Value::string);
        self.settle(outcome, call.span()).marked(path.is_sensitive())
    }

    pub(super) fn template_file(&mut self, call: &FuncCall, scope: &dyn Scope) -> Value {
        let path = self.first_argument(call, scope);
        let outcome = contents(&path, "templatefile", scope).and_then(|text| self.filled_in(&text, call, scope));
        self.settle(outcome, call.span()).marked(path.is_sensitive())
    }

    pub(super) fn template_string(&mut self, call: &FuncCall, scope: &dyn Scope) -> Value {
        let template = self.first_argument(call, scope);
        let outcome = match call.args.get(0) {
            // Terraform refuses anything else, because a literal could be written as a template at once.
            Some(Expression::Traversal(_) | Expression::Variable(_)) => {
                convert::string(&template).and_then(|text| self.filled_in(&text, call, scope))
            }
            _ => wrong("templatestring: the template must be a reference to a string"),
        };
        self.settle(outcome, call.span()).marked(template.is_sensitive())
    }

    fn first_argument(&mut self, call: &FuncCall, scope: &dyn Scope) -> Value {
        call.args.get(0).map_or(Value::Null, |argument| self.value(argument, scope))
    }

    fn filled_in(&mut self, text: &str, call: &FuncCall, scope: &dyn Scope) -> Outcome {
        let name = call.name.name.as_str();
        // Terraform refuses it as well: a template could otherwise contain itself.
        if self.within_template {
            return wrong(format!("{name}: a template cannot fill in another one"));
        }
        let variables = match call.args.get(1) {
            Some(variables) => self.value(variables, scope),
            None => return wrong(format!("{name}: the variables are missing")),
        };
        if let Value::Unknown(unknown) = variables.revealed() {
            return Err(Failure::Waits(unknown.clone()));
        }
        let Some(entries) = variables.entries() else {
            return wrong(format!("{name}: the variables must be an object or a map"));
        };
        match text.parse::<Template>() {
            Ok(template) => {
                self.within_template = true;
                let filled_in = self.template_of_lines(&template, &Variables(entries));
                self.within_template = false;
                Ok(filled_in.marked(variables.is_sensitive()))
            }
            Err(error) => wrong(format!("{name}: {}", error.message())),
        }
    }
}

fn contents(path: &Value, function: &str, scope: &dyn Scope) -> Result<String, Failure> {
    let text = convert::string(path)?;
    match scope.read(&text) {
        Some(contents) => Ok(contents),
        None if path.is_sensitive() => waits(format!("{function}(…)")),
        None => waits(format!("{function}(\"{text}\")")),
    }
}
