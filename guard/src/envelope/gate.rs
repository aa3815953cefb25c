//! Gates, as the envelope names them.

use serde::{Deserialize, Serialize};

/// A gate that a mutating route passes. The variants stand in the order in which the contract runs them; the names are
/// those of the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gate {
    /// The kill switch.
    KillSwitch,
    /// The firearms licence.
    Firearms,
    /// The strategy lock, with its three-wise verdict.
    StrategyLock,
    /// The budget.
    Budget,
    /// The KPI corridor.
    Kpi,
    /// The temperature.
    Temperature,
}

impl Gate {
    /// Every gate, in the order in which the contract runs them.
    pub const ALL: [Self; 6] = [
        Self::KillSwitch,
        Self::Firearms,
        Self::StrategyLock,
        Self::Budget,
        Self::Kpi,
        Self::Temperature,
    ];

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::KillSwitch => "kill_switch",
            Self::Firearms => "firearms",
            Self::StrategyLock => "strategy_lock",
            Self::Budget => "budget",
            Self::Kpi => "kpi",
            Self::Temperature => "temperature",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_the_one_on_the_wire() {
        for gate in Gate::ALL {
            assert_eq!(serde_json::to_value(gate).unwrap(), gate.as_str());
        }
    }
}
