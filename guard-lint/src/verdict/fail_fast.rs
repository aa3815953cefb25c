//! Does a missing setting end the start, before anything needs it?

use super::clause::Answer;
use super::work::Asking;
use crate::reading::modes::Mode;
use crate::reading::settings::Setting;
use crate::reading::store::{Keeps, Store};
use crate::report::model::ClauseVerdict;

/// The answer over the constructors and factories of the ticket's files.
pub(super) fn answer(asking: &Asking<'_, '_, '_, '_>) -> Answer {
    let judged = asking.judged;
    let reader = judged.reader();
    let (mut settings, mut substitutes): (Vec<Setting>, Vec<Store>) = (Vec::new(), Vec::new());
    for module in asking.modules() {
        for function in reader.functions_of(module) {
            let name = judged.model.text(judged.model.function(function).facts.name);
            let makes = crate::vocabulary::words(name).any(|word| {
                matches!(
                    word.as_str(),
                    "default" | "build" | "create" | "make" | "ensure" | "require" | "resolve"
                )
            });
            if reader.is_constructor(function) || makes {
                settings.extend(reader.settings(function).iter().cloned());
            }
        }
        for mode in Mode::SOLD {
            let stores = reader.stores_in(module, mode);
            let volatile = stores
                .into_iter()
                .filter(|store| matches!(store.keeps, Keeps::Memory | Keeps::Local));
            substitutes.extend(volatile.filter(|store| !reader.guards_itself(store.made.class)));
        }
    }
    let named: Vec<Setting> = settings
        .iter()
        .filter(|setting| reader.is_named(setting, asking.text))
        .cloned()
        .collect();
    if !named.is_empty() {
        settings = named;
    }
    let mut answer = if let Some(store) = substitutes.first() {
        let name = judged.model.text(judged.model.class_facts(store.made.class).name);
        let reason = format!("`{name}` serves where the setting is missing");
        let mut answer = Answer::new(ClauseVerdict::Unmet, reason.clone());
        answer.evidence = vec![judged.evidence(store.made.place, reason)];
        answer
    } else {
        of_settings(asking, &settings)
    };
    answer.rules = &["GL601", "GL604"];
    answer
}

fn of_settings(asking: &Asking<'_, '_, '_, '_>, settings: &[Setting]) -> Answer {
    let judged = asking.judged;
    let (demanded, unchecked): (Vec<&Setting>, Vec<&Setting>) = settings.iter().partition(|setting| setting.demanded);
    let verdict = match (demanded.is_empty(), unchecked.is_empty()) {
        (true, true) => {
            return Answer::new(
                ClauseVerdict::Unknown,
                "no constructor or factory of the ticket's files reads a setting that the source shows",
            );
        }
        (false, true) => ClauseVerdict::Met,
        (false, false) => ClauseVerdict::Partial,
        (true, false) => ClauseVerdict::Unmet,
    };
    let reason = match unchecked.first() {
        Some(setting) => format!("nothing ends where `{}` is missing", setting.name),
        None => format!("{} without `{}`", "the constructor raises", demanded[0].name),
    };
    let shown = if unchecked.is_empty() { demanded } else { unchecked };
    let mut answer = Answer::new(verdict, reason);
    answer.evidence = shown
        .into_iter()
        .map(|setting| judged.evidence(setting.place, format!("reads `{}`", setting.name)))
        .collect();
    answer
}
