//! The gates that hold what was measured against a corridor: KPI and temperature.

use std::future::ready;

use super::judge::{ActionGate, Ask, Block, Judging, Passed};
use super::rules::{self, Corridor, KpiRule, Reading};
use crate::code;
use crate::envelope::Gate;

/// How far a reading may be ahead of this clock, in seconds: two clocks never agree.
const AHEAD_S: u64 = 30;

/// Blocks while a KPI is out of its corridor.
#[derive(Debug, Clone, Copy)]
pub(super) struct KpiGate;

impl ActionGate for KpiGate {
    fn gate(&self) -> Gate {
        Gate::Kpi
    }

    fn judge<'a>(&'a self, ask: &'a Ask<'a>) -> Judging<'a> {
        Box::pin(ready(kpi(ask)))
    }
}

/// Blocks while the temperature is out of its corridor.
#[derive(Debug, Clone, Copy)]
pub(super) struct TemperatureGate;

impl ActionGate for TemperatureGate {
    fn gate(&self) -> Gate {
        Gate::Temperature
    }

    fn judge<'a>(&'a self, ask: &'a Ask<'a>) -> Judging<'a> {
        Box::pin(ready(temperature(ask)))
    }
}

/// Where a reading stands.
enum Stand {
    Within,
    Below,
    Above,
}

fn kpi(ask: &Ask<'_>) -> Result<Passed, Block> {
    let Some(rule) = ask.rule::<KpiRule>(Gate::Kpi)? else {
        return ask.without_policy(code::KPI_THRESHOLD_MISSING);
    };
    for (metric, corridor) in &rule.metrics {
        let code = match stand(ask, Gate::Kpi, &rules::kpi_reading(metric), corridor) {
            Ok(Stand::Within) => continue,
            Ok(Stand::Below) => Block::new(code::KPI_FLOOR_BREACHED, "below_floor"),
            Ok(Stand::Above) => Block::new(code::KPI_CEILING_BREACHED, "above_ceiling"),
            Err(block) => block,
        };
        return Err(code.detail("metric", metric.as_str()));
    }
    Ok(Passed("within"))
}

fn temperature(ask: &Ask<'_>) -> Result<Passed, Block> {
    let Some(corridor) = ask.rule::<Corridor>(Gate::Temperature)? else {
        return ask.without_policy(code::TEMPERATURE_UNAVAILABLE);
    };
    let breach = |reason| Err(Block::new(code::TEMPERATURE_BREACH, reason));
    match stand(ask, Gate::Temperature, rules::TEMPERATURE_READING, &corridor)? {
        Stand::Within => Ok(Passed("within")),
        Stand::Below => breach("below_floor"),
        Stand::Above => breach("above_ceiling"),
    }
}

/// A reading that is missing, too old or from the future says nothing.
fn stand(ask: &Ask<'_>, gate: Gate, subject: &str, corridor: &Corridor) -> Result<Stand, Block> {
    let Some(reading) = ask.policy::<Reading>(gate, subject)? else {
        return Err(Block::doubt(gate, "reading_missing"));
    };
    let now = ask.now().as_secs();
    if reading.at_s > now.saturating_add(AHEAD_S) {
        return Err(Block::doubt(gate, "reading_from_the_future"));
    }
    if now.saturating_sub(reading.at_s) > corridor.max_age_s {
        return Err(Block::doubt(gate, "reading_too_old"));
    }
    Ok(if corridor.floor.is_some_and(|floor| reading.value < floor) {
        Stand::Below
    } else if corridor.ceiling.is_some_and(|ceiling| reading.value > ceiling) {
        Stand::Above
    } else {
        Stand::Within
    })
}
