//! What names stand for in the expressions of a module.

use std::ops::Range;

use super::{
    Expander,
    instance::{Key, Mode},
    module::Module,
    repetition::Repeated,
};
use crate::hcl::{
    Document,
    evaluate::{Scope, Step, Value},
};

/// The names that an expression of a module's file can refer to.
pub(super) struct Names<'s, 'e, 'm> {
    pub(super) expander: &'s Expander<'e, 'm>,
    pub(super) module: &'s Module<'m>,
    pub(super) document: &'m Document,
    /// The instance for which the expression is evaluated.
    pub(super) repeated: &'s Repeated,
}

impl Scope for Names<'_, '_, '_> {
    fn resolve(&self, root: &str, path: &[Step<'_>]) -> Option<(Value, usize)> {
        let [Step::Attribute(name), rest @ ..] = path else { return None };
        let value = match root {
            "var" => self.expander.variable(self.module, name),
            "local" => self.expander.local(self.module, name),
            "each" | "count" => self.repeated(root, name)?,
            "path" => self.path(name)?,
            "terraform" if *name == "workspace" => Value::string(self.expander.surroundings.workspace()),
            "module" => {
                let (value, taken) = self.expander.call_value(self.module, name, rest)?;
                return Some((value, taken + 1));
            }
            "data" => {
                let [Step::Attribute(resource), rest @ ..] = rest else { return None };
                let key = (Mode::Data, *name, *resource);
                let (value, taken) = self.expander.resource_value(self.module, key, rest)?;
                return Some((value, taken + 2));
            }
            kind => {
                let key = (Mode::Managed, kind, *name);
                let (value, taken) = self.expander.resource_value(self.module, key, rest)?;
                return Some((value, taken + 1));
            }
        };
        Some((value, 1))
    }

    fn read(&self, path: &str) -> Option<String> {
        self.expander.surroundings.read(path)
    }

    fn text(&self, span: Range<usize>) -> Option<&str> {
        self.document.source().text().get(self.document.locate(span))
    }
}

impl Names<'_, '_, '_> {
    fn repeated(&self, root: &str, name: &str) -> Option<Value> {
        Some(match (root, name, &self.repeated.key) {
            ("count", "index", Key::Number(number)) => Value::count(*number),
            ("each", "key", Key::Text(key)) => Value::String(key.clone()),
            ("count", "index", Key::AnyNumber) | ("each", "value", Key::Text(_)) | ("each", _, Key::AnyText) => {
                self.repeated.value.clone()
            }
            _ => return None,
        })
    }

    fn path(&self, name: &str) -> Option<Value> {
        match name {
            "module" => Some(Value::string(&*self.module.path_from_root)),
            "root" => Some(Value::string(".")),
            // Where the command is run.
            _ => None,
        }
    }
}
