//! Expands a root module into the addresses that Terraform would plan, without Terraform and without an account.
//!
//! Values flow as in Terraform: from variables and their defaults through locals, resources and module calls to
//! outputs, each evaluated when something first refers to it. A resource's configured arguments are known to those
//! that refer to them; what the provider computes is unknown. Where a `count` or `for_each` depends on something
//! unknown, the instances appear once and say what they wait for.

mod configuration;
mod instance;
mod module;
mod names;
mod repetition;
mod source;
mod walk;

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, HashMap},
    hash::Hash,
    rc::Rc,
    sync::Arc,
};

use hcl_edit::{Span, expr::Expression};

use crate::{
    diagnostic::Diagnostic,
    hcl::{
        Document,
        evaluate::{Entries, Scope, Value, evaluate},
    },
};
use module::Module;
use source::{Declarations, Place};

pub use instance::{Configuration, Expansion, Instance, Key, Mode, NestedBlock};
pub use source::ModuleSource;
pub(crate) use source::local_directory;

/// The attributes of a type, and whether the provider sets them where the configuration does not.
pub type Attributes = BTreeMap<Arc<str>, bool>;

/// What a root module finds around it.
pub trait Surroundings<'m> {
    /// The module in a folder; nothing leaves its resources out and its outputs unknown.
    fn module(&self, directory: &str) -> Option<&'m ModuleSource>;

    /// The value of a variable of the root module; nothing means its default, or unknown.
    fn variable(&self, name: &str) -> Option<Value> {
        let _ = name;
        None
    }

    /// The attributes of a data source that are known beforehand, such as the partition of `aws_partition`.
    fn data(&self, kind: &str, configuration: &Configuration) -> Entries {
        let _ = (kind, configuration);
        Entries::new()
    }

    /// The attributes of a type, and whether the provider sets them where the configuration does not.
    ///
    /// One that it sets is unknown but not null, one that it does not set is null; of others nothing is known.
    fn attributes(&self, mode: Mode, kind: &str) -> Attributes {
        let _ = (mode, kind);
        BTreeMap::new()
    }

    /// The text of a file for `file` and `templatefile`, by the path that the expression gives.
    fn read(&self, path: &str) -> Option<String> {
        let _ = path;
        None
    }

    /// The value of `terraform.workspace`.
    fn workspace(&self) -> String {
        "default".to_owned()
    }
}

/// Expands a root module.
pub fn expand<'m>(root: &'m ModuleSource, surroundings: &dyn Surroundings<'m>) -> Expansion {
    let expander = Expander {
        surroundings,
        declarations: RefCell::default(),
        modules: RefCell::default(),
        attributes: RefCell::default(),
        problems: RefCell::default(),
        depth: Cell::new(0),
    };
    let root = expander.add_module(Module::root(Rc::new(Declarations::of(root))));
    walk::expansion(&expander, &root)
}

/// How many values may wait for each other in a row, and how deep modules may call each other. Deeper is a module that
/// calls itself; the limit keeps the stack from overflowing.
const DEEPEST: usize = 100;

/// One expansion at work.
struct Expander<'e, 'm> {
    surroundings: &'e dyn Surroundings<'m>,
    declarations: RefCell<HashMap<String, Rc<Declarations<'m>>>>,
    /// All module instances, which refer to each other by their places here.
    modules: RefCell<Vec<Rc<Module<'m>>>>,
    attributes: RefCell<HashMap<(Mode, &'m str), Rc<Attributes>>>,
    problems: RefCell<Vec<Diagnostic>>,
    depth: Cell<usize>,
}

/// Values that were computed before; nothing stands for one that is being computed.
type Memory<K, V> = RefCell<HashMap<K, Option<V>>>;

impl<'m> Expander<'_, 'm> {
    /// Evaluates an expression of a file and records what is wrong with it.
    fn evaluate(&self, expression: &Expression, document: &Document, scope: &dyn Scope) -> Value {
        let evaluation = evaluate(expression, scope);
        for problem in evaluation.problems {
            let span = problem.span.or_else(|| expression.span()).unwrap_or_default();
            self.report("evaluation", problem.message, document, span);
        }
        evaluation.value
    }

    /// Records something that Terraform would refuse, at a span of the parsed tree.
    fn report(&self, code: &'static str, message: String, document: &Document, span: std::ops::Range<usize>) {
        let diagnostic = Diagnostic::error(code, message, document.source(), document.locate(span));
        let mut problems = self.problems.borrow_mut();
        // The same expression is evaluated for every instance.
        if !problems.contains(&diagnostic) {
            problems.push(diagnostic);
        }
    }

    fn add_module(&self, module: impl FnOnce(usize) -> Module<'m>) -> Rc<Module<'m>> {
        let mut modules = self.modules.borrow_mut();
        let module = Rc::new(module(modules.len()));
        modules.push(Rc::clone(&module));
        module
    }

    fn module(&self, place: usize) -> Option<Rc<Module<'m>>> {
        self.modules.borrow().get(place).cloned()
    }

    fn declarations(&self, directory: &str) -> Option<Rc<Declarations<'m>>> {
        if let Some(declarations) = self.declarations.borrow().get(directory) {
            return Some(Rc::clone(declarations));
        }
        let declarations = Rc::new(Declarations::of(self.surroundings.module(directory)?));
        self.declarations.borrow_mut().insert(directory.to_owned(), Rc::clone(&declarations));
        Some(declarations)
    }

    /// The attributes of a type, and whether the provider computes them.
    fn attributes(&self, mode: Mode, kind: &'m str) -> Rc<Attributes> {
        let mut known = self.attributes.borrow_mut();
        Rc::clone(known.entry((mode, kind)).or_insert_with(|| Rc::new(self.surroundings.attributes(mode, kind))))
    }

    /// A value that is computed once; `circular` is given to who asks for it meanwhile.
    fn remember<K: Hash + Eq + Clone, V: Clone>(
        &self,
        memory: &Memory<K, V>,
        key: K,
        (document, span): Place<'_>,
        circular: impl FnOnce() -> V,
        compute: impl FnOnce() -> V,
    ) -> V {
        match memory.borrow().get(&key) {
            Some(Some(value)) => return value.clone(),
            Some(None) => {
                self.report("cycle", "this depends on itself".to_owned(), document, span);
                return circular();
            }
            None => {}
        }
        if self.depth.get() >= DEEPEST {
            let message = format!("more than {DEEPEST} values depend on each other in a row");
            self.report("depth", message, document, span);
            return circular();
        }
        memory.borrow_mut().insert(key.clone(), None);
        self.depth.set(self.depth.get() + 1);
        let value = compute();
        self.depth.set(self.depth.get() - 1);
        memory.borrow_mut().insert(key, Some(value.clone()));
        value
    }
}

/// What a value waits for, where it is unknown or holds something unknown.
fn origin(value: &Value) -> Option<Arc<str>> {
    value.first_unknown().map(|unknown| Arc::from(unknown.origin()))
}
