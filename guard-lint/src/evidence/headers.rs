//! The headers that a request of a test sends, as far as they are written out.

use super::gather::Gather;
use crate::model::types::each_statement;
use crate::source::facts::{Call, Expr, Name, Stmt};

/// How far names and helpers are followed.
const HOPS: u32 = 4;

impl Gather<'_, '_> {
    /// The names of the headers of this request, in lower case; nothing where they cannot be told.
    pub(super) fn headers(&self, call: &Call, body: &[Stmt]) -> Option<Vec<String>> {
        match call.keyword(self.names, "headers") {
            // A client that was made with headers sends them every time.
            None => (!self.clients_have_headers).then(Vec::new),
            Some(expr) => self.keys(expr, body, HOPS),
        }
    }

    fn keys(&self, expr: &Expr, body: &[Stmt], hops: u32) -> Option<Vec<String>> {
        let hops = hops.checked_sub(1)?;
        match expr {
            Expr::None => Some(Vec::new()),
            Expr::Dict(dict) => {
                let mut keys = Vec::new();
                for (key, value) in &dict.items {
                    match key {
                        Some(key) => keys.push(key.as_str(self.names)?.to_lowercase()),
                        None => keys.extend(self.keys(value, body, hops)?),
                    }
                }
                Some(keys)
            }
            Expr::Name(name, _) => self.assigned(*name, body, hops),
            Expr::Call(call) => match &call.func {
                Expr::Name(name, _) => {
                    let helper = self.local(*name)?;
                    let mut given = None;
                    each_statement(&helper.body, &mut |statement| {
                        if let Stmt::Return(Some(value), _) = statement {
                            given = Some(value);
                        }
                    });
                    self.keys(given?, &helper.body, hops)
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// The keys of what a name was assigned here or at module level, less those that are taken out again.
    fn assigned(&self, wanted: Name, body: &[Stmt], hops: u32) -> Option<Vec<String>> {
        let find = |body: &[Stmt]| {
            let mut value = None;
            each_statement(body, &mut |statement| {
                if let Stmt::Assign(assign) = statement
                    && matches!(&assign.target, Expr::Name(name, _) if *name == wanted)
                {
                    value = assign.value.as_ref().map(|value| self.keys(value, body, hops));
                }
            });
            value
        };
        let mut keys = find(body).or_else(|| find(&self.file.facts.body)).flatten()?;
        crate::source::visit::each_call(body, &mut |call| {
            if let Expr::Attr(attr) = &call.func
                && self.names.resolve(attr.name) == "pop"
                && matches!(&attr.base, Expr::Name(name, _) if *name == wanted)
                && let Some(key) = call.position(0).and_then(|key| key.as_str(self.names))
            {
                keys.retain(|known| *known != key.to_lowercase());
            }
        });
        Some(keys)
    }
}
