//! Which sums a call counts on, and what they may reach.

use std::time::Duration;

use crate::envelope::Gate;
use crate::gate::rules::BudgetRule;
use crate::gate::{Ask, Block};
use crate::store::{BudgetAccount, Cap, Currency, Scope};

/// The sums of a scope that an action counts on, by the rules for it and for all actions.
pub(crate) struct Caps {
    /// The currency, which is one.
    pub(crate) currency: Currency,
    /// The sums.
    pub(crate) caps: Vec<Cap>,
}

/// What a day's sums are called after.
const DAY: &str = "day";

impl Caps {
    /// `None` where no rule says anything.
    pub(crate) fn of(ask: &Ask<'_>) -> Result<Option<Self>, Block> {
        let general = ask.policy::<BudgetRule>(Gate::Budget, "")?;
        let of_action = ask.policy::<BudgetRule>(Gate::Budget, ask.action())?;
        let Some(currency) = general.iter().chain(&of_action).map(|rule| rule.currency).next() else {
            return Ok(None);
        };
        if of_action.iter().any(|rule| rule.currency != currency) {
            return Err(Block::doubt(Gate::Budget, "rules_of_two_currencies"));
        }
        let scope = Scope::of(ask.context());
        let day = format!("{DAY} {}", date(ask.now()));
        let mut caps = Vec::new();
        let action = format!("action {}", ask.action());
        for (rule, total, daily) in [
            (general, "total".to_owned(), day.clone()),
            (of_action, action.clone(), format!("{action} {day}")),
        ] {
            let Some(rule) = rule else { continue };
            let cap = |name, limit| Cap {
                account: BudgetAccount {
                    scope: scope.clone(),
                    currency,
                    name,
                },
                limit,
            };
            caps.extend(rule.threshold.map(|limit| cap(total, limit)));
            caps.extend(rule.daily_cap.map(|limit| cap(daily, limit)));
        }
        Ok(Some(Self { currency, caps }))
    }
}

/// Whether the sum is a day's.
pub(crate) fn is_daily(account: &BudgetAccount) -> bool {
    let mut words = account.name.rsplit(' ');
    words.next().is_some() && words.next() == Some(DAY)
}

/// The day in UTC: `2026-11-22`. The reckoning is that of Howard Hinnant's `civil_from_days`, for days after 1970.
fn date(now: Duration) -> String {
    let days = now.as_secs() / 86_400 + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        for (second, day) in [
            (0, "1970-01-01"),
            (86_399, "1970-01-01"),
            (951_782_400, "2000-02-29"),
            (951_868_800, "2000-03-01"),
            (1_795_305_599, "2026-11-21"),
            (1_795_305_600, "2026-11-22"),
            (4_107_542_400, "2100-03-01"),
        ] {
            assert_eq!(date(Duration::from_secs(second)), day, "{second}");
        }
    }
}
