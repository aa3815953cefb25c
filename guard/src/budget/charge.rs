//! What a handler says it spent.

use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value};

use crate::context::RequestContext;
use crate::route::RouteBudget;
use crate::store::{Cost, Currency, StoreError, UsageEvent, check_usage};

/// Something that was used, and what it cost. The rest of the usage event is known from the request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Usage {
    /// What kind of tool: `llm`, `render`.
    pub tool_type: String,
    /// Which tool.
    pub tool_id: String,
    /// Whose: `vertex`.
    pub provider: String,
    /// The model or the plan.
    pub model_or_plan_id: String,
    /// Tokens that went in.
    pub tokens_input: u32,
    /// Tokens that came out.
    pub tokens_output: u32,
    /// What it cost, in the currency of the route's budget.
    pub cost: Cost,
    /// Whatever else there is to say.
    pub metadata: Map<String, Value>,
}

/// Why usage was not counted.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum SpendError {
    /// The store would not keep it.
    #[error(transparent)]
    Usage(#[from] StoreError),
    /// The costs of the call add up to more than an amount can be.
    #[error("the costs of one call add up to more than {} units", Cost::MAX)]
    TooMuch,
    /// The call has used too many things.
    #[error("one call has at most {MAX_USAGE} usage events: add up what is alike")]
    TooMany,
}

/// The most usage events of a call.
pub const MAX_USAGE: usize = 1_000;

/// What a call has spent so far.
#[derive(Debug)]
pub(crate) struct Spending {
    budget: RouteBudget,
    spent: Mutex<(Cost, Vec<UsageEvent>)>,
}

impl Spending {
    pub(crate) fn new(budget: RouteBudget) -> Self {
        Self {
            budget,
            spent: Mutex::default(),
        }
    }

    pub(crate) fn currency(&self) -> Currency {
        self.budget.currency
    }

    pub(crate) fn add(&self, context: &RequestContext, usage: Usage, at_ms: u64) -> Result<(), SpendError> {
        let event = event(context, usage, self.budget, at_ms);
        check_usage(Some(context.tenant_id()), std::slice::from_ref(&event))?;
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        if spent.1.len() >= MAX_USAGE {
            return Err(SpendError::TooMany);
        }
        let sum = spent.0.micros() + event.cost.micros();
        spent.0 = Cost::from_micros(sum).map_err(|_| SpendError::TooMuch)?;
        spent.1.push(event);
        Ok(())
    }

    /// What was spent; `None` where nobody said anything.
    pub(crate) fn take(&self) -> Option<(Cost, Vec<UsageEvent>)> {
        let spent = std::mem::take(&mut *self.spent.lock().unwrap_or_else(PoisonError::into_inner));
        (!spent.1.is_empty()).then_some(spent)
    }

    /// What is counted for a call that ran and said nothing: all that was held.
    pub(crate) fn unsaid(&self, context: &RequestContext, action: &str, at_ms: u64) -> (Cost, Vec<UsageEvent>) {
        let usage = Usage {
            tool_type: "action".to_owned(),
            tool_id: action.to_owned(),
            cost: self.budget.amount,
            metadata: Map::from_iter([("unsaid".to_owned(), Value::Bool(true))]),
            ..Usage::default()
        };
        (self.budget.amount, vec![event(context, usage, self.budget, at_ms)])
    }
}

fn event(context: &RequestContext, usage: Usage, budget: RouteBudget, at_ms: u64) -> UsageEvent {
    let trace = context.trace();
    UsageEvent {
        tenant_id: context.tenant_id().clone(),
        mode: context.mode(),
        project_id: context.project_id().clone(),
        surface: context.surface_id().cloned(),
        app: Some(context.app_id().clone()),
        tool_type: usage.tool_type,
        tool_id: usage.tool_id,
        provider: usage.provider,
        model_or_plan_id: usage.model_or_plan_id,
        request_id: context.request_id().clone(),
        trace_id: trace.trace_id.clone(),
        run_id: trace.run_id.clone(),
        step_id: trace.step_id.clone(),
        tokens_input: usage.tokens_input,
        tokens_output: usage.tokens_output,
        cost: usage.cost,
        currency: budget.currency,
        metadata: usage.metadata,
        created_at: at_ms,
    }
}
