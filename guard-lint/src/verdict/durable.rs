//! Is there a store that survives a restart, which a setting can choose?

use super::clause::Answer;
use super::work::Asking;
use crate::analysis::summary::OddityKind;
use crate::model::classes::Base;
use crate::model::resolve::Entity;
use crate::model::types::Ty;
use crate::model::{ClassId, FnId};
use crate::report::model::ClauseVerdict;
use crate::source::facts::Expr;
use crate::source::visit::{each_call, each_expr};
use crate::vocabulary::has_word;

/// A durable class in the ticket's files that something there makes, whole and working.
pub(super) fn option(asking: &Asking<'_, '_, '_, '_>) -> Answer {
    let model = asking.judged.model;
    let modules = asking.modules();
    let classes = (0..model.classes.len() as u32).map(ClassId);
    let ours = |class: &ClassId| modules.contains(&model.class(*class).module) && is_durable(asking, *class);
    let mut answers: Vec<Answer> = classes.filter(ours).map(|class| judge(asking, class)).collect();
    // One that works is enough.
    answers.sort_by_key(|answer| match answer.verdict {
        ClauseVerdict::Met => 0,
        ClauseVerdict::Partial => 1,
        _ => 2,
    });
    answers.into_iter().next().unwrap_or_else(|| {
        Answer::new(
            ClauseVerdict::Unmet,
            "no class in the ticket's files keeps its data in a store that survives a restart",
        )
    })
}

fn judge(asking: &Asking<'_, '_, '_, '_>, class: ClassId) -> Answer {
    let model = asking.judged.model;
    let info = model.class(class);
    let name = model.text(info.facts.name);
    let place = crate::model::Place {
        module: info.module,
        span: info.facts.span,
    };
    let problem = if !is_made(asking, class) {
        Some((ClauseVerdict::Unmet, format!("nothing makes a `{name}`")))
    } else if let Some(method) = left_to_memory(asking, class) {
        Some((
            ClauseVerdict::Partial,
            format!("`{name}` leaves `{method}` to a store in memory"),
        ))
    } else {
        broken(asking, class).map(|why| (ClauseVerdict::Partial, format!("`{name}` cannot work: {why}")))
    };
    let (verdict, reason) = problem.unwrap_or_else(|| {
        (
            ClauseVerdict::Met,
            format!("`{name}` survives a restart and can be chosen"),
        )
    });
    let mut answer = Answer::new(verdict, format!("{reason} ({})", asking.shown(place)));
    answer.evidence.push(asking.judged.evidence(place, reason));
    answer
}

fn own_methods(asking: &Asking<'_, '_, '_, '_>, class: ClassId) -> Vec<FnId> {
    let mut methods: Vec<FnId> = asking.judged.model.class(class).methods.values().copied().collect();
    methods.sort_unstable();
    methods
}

/// A name alone keeps nothing: its methods must speak to a store.
fn is_durable(asking: &Asking<'_, '_, '_, '_>, class: ClassId) -> bool {
    let model = asking.judged.model;
    let words = &asking.judged.analyzer.vocabulary().records.durable_words;
    let mut speaks = false;
    for method in own_methods(asking, class) {
        each_expr(&model.function(method).facts.body, &mut |expr| {
            speaks |= match expr {
                Expr::Name(name, _) => has_word(model.text(*name), words),
                Expr::Attr(attr) => has_word(model.text(attr.name), words),
                _ => false,
            };
        });
    }
    speaks
}

/// Whether a function of the ticket's files makes one.
fn is_made(asking: &Asking<'_, '_, '_, '_>, class: ClassId) -> bool {
    let model = asking.judged.model;
    asking.modules().into_iter().any(|module| {
        let functions = model.file(module).facts.functions.iter().enumerate();
        let mut made = false;
        for (index, facts) in functions {
            let id = model.local_function(module, index as u32);
            each_call(&facts.body, &mut |call| {
                let types = model.infer(module, Some(id), &call.func);
                made |= types.all.contains(&Ty::Entity(Entity::Class(class)));
            });
        }
        made
    })
}

/// A method that a base in memory answers.
fn left_to_memory(asking: &Asking<'_, '_, '_, '_>, class: ClassId) -> Option<String> {
    let model = asking.judged.model;
    let words = &asking.judged.analyzer.vocabulary().volatile_words;
    let bases = model.class(class).bases.iter().filter_map(|base| match base {
        Base::Local(base) => Some(*base),
        Base::External(_) => None,
    });
    let volatile = bases.filter(|base| has_word(model.text(model.class_facts(*base).name), words));
    let mut left: Vec<&str> = volatile
        .flat_map(|base| model.class(base).methods.keys())
        .filter(|name| !model.class(class).methods.contains_key(*name))
        .map(|name| model.text(*name))
        .filter(|name| !name.starts_with('_'))
        .collect();
    left.sort_unstable();
    left.first().map(|name| (*name).to_owned())
}

/// Why one of its methods cannot succeed.
fn broken(asking: &Asking<'_, '_, '_, '_>, class: ClassId) -> Option<String> {
    own_methods(asking, class).into_iter().find_map(|method| {
        let summary = asking.judged.analyzer.summary(method);
        let oddity = summary
            .oddities
            .iter()
            .find(|oddity| oddity.kind == OddityKind::CannotSucceed || oddity.kind.raises().is_some())?;
        Some(format!("{} ({})", oddity.at.what, asking.shown(oddity.at.place)))
    })
}
