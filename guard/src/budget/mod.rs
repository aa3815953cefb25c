//! Budget: what a call may cost is held before its handler runs, and what it did cost is counted after.
//!
//! A route says the most that one call may cost, `budget = "0.25 EUR"`, and the policies of the budget gate say what may be
//! spent in all ([`BudgetRule`](crate::gate::rules::BudgetRule)). The [chain](crate::gate::Chain) holds the route's amount in
//! the store before the handler runs: in one step on every sum that it counts on, so that calls at the same time never go
//! over one. The handler takes a [`Charge`] and says what it spent:
//!
//! ```
//! use guard::budget::{Charge, SpendError, Usage};
//! use guard::store::Cost;
//!
//! # fn render(charge: &Charge) -> Result<(), Box<dyn std::error::Error>> {
//! charge.spend(Usage {
//!     tool_type: "render".to_owned(),
//!     tool_id: "masks".to_owned(),
//!     cost: "0.08".parse::<Cost>()?,
//!     ..Usage::default()
//! })?;
//! # Ok(())
//! # }
//! ```
//!
//! When the handler's response and every clone of its charge are gone, the call is settled, whatever ended it:
//!
//! | the handler | is charged |
//! |---|---|
//! | said what it spent | that, more than was held too |
//! | said nothing and answered with a status from 400 to 499 | nothing; the request may be sent again under its id |
//! | said nothing otherwise: it answered, panicked, was given up or left alone | all that was held |
//! | never ran | nothing; the request may be sent again under its id |
//!
//! A call that is never settled, because its process died, counts as spent in full when the time of its hold is over.
//!
//! A request is charged once by tenant, request id and route. One that comes again after it was charged, or while it runs, is
//! refused as `budget_unavailable` with the reason `request_repeated`: it is neither charged twice nor run for nothing.
//!
//! What was used is asked of the [`BudgetStore`](crate::store::BudgetStore), by the fields of the usage event.

mod caps;
mod charge;
mod gate;
mod hold;

pub(crate) use charge::Spending;
pub use charge::{MAX_USAGE, SpendError, Usage};
pub(crate) use gate::BudgetGate;
pub(crate) use hold::{Hold, persisted};

pub use crate::action::Charge;
