//! What was used, and what it cost.

use serde::{Deserialize, Serialize};

use super::money::{Cost, Currency};
use super::scope::Scope;
use crate::context::{AppId, Mode, OpaqueId, ProjectId, SurfaceId, TenantId};

/// A usage event: the contract's fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageEvent {
    /// The tenant.
    pub tenant_id: TenantId,
    /// The mode.
    pub mode: Mode,
    /// The project.
    pub project_id: ProjectId,
    /// The surface.
    pub surface: Option<SurfaceId>,
    /// The app.
    pub app: Option<AppId>,
    /// What kind of tool: `llm`, `render`.
    pub tool_type: String,
    /// Which tool.
    pub tool_id: String,
    /// Whose: `vertex`.
    pub provider: String,
    /// The model or the plan.
    pub model_or_plan_id: String,
    /// The request.
    pub request_id: OpaqueId,
    /// The trace.
    pub trace_id: Option<OpaqueId>,
    /// The run.
    pub run_id: Option<OpaqueId>,
    /// The step.
    pub step_id: Option<OpaqueId>,
    /// Tokens that went in.
    pub tokens_input: u32,
    /// Tokens that came out.
    pub tokens_output: u32,
    /// What it cost.
    pub cost: Cost,
    /// In which currency.
    pub currency: Currency,
    /// Whatever else there is to say.
    pub metadata: serde_json::Map<String, serde_json::Value>,
    /// When, in milliseconds since 1970-01-01T00:00:00Z.
    pub created_at: u64,
}

impl UsageEvent {
    /// The scope it belongs to.
    pub fn scope(&self) -> Scope {
        Scope {
            tenant: self.tenant_id.clone(),
            mode: self.mode,
            project: self.project_id.clone(),
        }
    }
}

/// A usage event that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageRow {
    /// Its number in its scope, from 1, without gaps.
    pub seq: u64,
    /// The event.
    pub event: UsageEvent,
}

impl UsageRow {
    /// The cursor for what comes after it.
    pub fn cursor(&self) -> UsageCursor {
        UsageCursor {
            mode: self.event.mode,
            project: self.event.project_id.clone(),
            seq: self.seq,
        }
    }
}

/// A place in the usage events of a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageCursor {
    /// The mode of the event before.
    pub mode: Mode,
    /// The project of the event before.
    pub project: ProjectId,
    /// The number of the event before.
    pub seq: u64,
}

macro_rules! fields {
    ($($variant:ident $field:ident: $type:ty, $get:expr;)*) => {
        /// Which usage events. All that is given must match.
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct UsageFilter {
            /// Of this tenant, and never of another.
            pub tenant: TenantId,
            $(
                #[doc = concat!("With this `", stringify!($field), "`.")]
                pub $field: Option<$type>,
            )*
            /// Created then or later, in milliseconds since 1970-01-01T00:00:00Z.
            pub from_ms: Option<u64>,
            /// Created before then.
            pub until_ms: Option<u64>,
        }

        impl UsageFilter {
            /// All usage events of a tenant.
            pub fn of(tenant: TenantId) -> Self {
                Self { tenant, $($field: None,)* from_ms: None, until_ms: None }
            }

            /// What is given, as text.
            pub(super) fn given(&self) -> impl Iterator<Item = (UsageField, &str)> {
                [$((UsageField::$variant, self.$field.as_ref().map(|value| {
                    let text: &str = AsText::as_text(value);
                    text
                })),)*]
                .into_iter()
                .filter_map(|(field, text)| Some((field, text?)))
            }
        }

        /// A field of a usage event to choose or to add up by.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum UsageField {
            $(
                #[doc = concat!("`", stringify!($field), "`")]
                $variant,
            )*
        }

        impl UsageField {
            /// Its name in the contract, which is also the name of its column.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => stringify!($field),)*
                }
            }

            /// Its value in an event, as text.
            pub fn of(self, event: &UsageEvent) -> Option<&str> {
                match self {
                    $(Self::$variant => {
                        let get: fn(&UsageEvent) -> Option<&str> = $get;
                        get(event)
                    })*
                }
            }
        }
    };
}

fields! {
    Mode mode: Mode, |event| Some(event.mode.as_str());
    ProjectId project_id: ProjectId, |event| Some(event.project_id.as_str());
    Surface surface: SurfaceId, |event| event.surface.as_ref().map(SurfaceId::as_str);
    App app: AppId, |event| event.app.as_ref().map(AppId::as_str);
    ToolType tool_type: String, |event| Some(&event.tool_type);
    ToolId tool_id: String, |event| Some(&event.tool_id);
    Provider provider: String, |event| Some(&event.provider);
    ModelOrPlanId model_or_plan_id: String, |event| Some(&event.model_or_plan_id);
    RequestId request_id: OpaqueId, |event| Some(event.request_id.as_str());
    TraceId trace_id: OpaqueId, |event| event.trace_id.as_ref().map(OpaqueId::as_str);
    RunId run_id: OpaqueId, |event| event.run_id.as_ref().map(OpaqueId::as_str);
    StepId step_id: OpaqueId, |event| event.step_id.as_ref().map(OpaqueId::as_str);
    Currency currency: Currency, |event| Some(event.currency.as_str());
}

impl UsageFilter {
    /// Whether an event matches.
    pub fn matches(&self, event: &UsageEvent) -> bool {
        event.tenant_id == self.tenant
            && self.from_ms.is_none_or(|from| event.created_at >= from)
            && self.until_ms.is_none_or(|until| event.created_at < until)
            && self.given().all(|(field, text)| field.of(event) == Some(text))
    }
}

/// A sum of usage events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageTotal {
    /// The values of the fields it was added up by, in the order they were asked for; `None` where events have none.
    pub group: Vec<Option<String>>,
    /// The currency. Amounts in two currencies are never added.
    pub currency: Currency,
    /// How many events.
    pub events: u64,
    /// Tokens that went in.
    pub tokens_input: u64,
    /// Tokens that came out.
    pub tokens_output: u64,
    /// The cost in millionths of the currency's unit, which may be more than one [`Cost`] can be.
    pub cost_micros: u64,
}

/// What can be compared as text.
trait AsText {
    fn as_text(&self) -> &str;
}

macro_rules! as_text {
    ($($type:ty),*) => {
        $(impl AsText for $type {
            fn as_text(&self) -> &str {
                self.as_str()
            }
        })*
    };
}

as_text!(Mode, ProjectId, SurfaceId, AppId, OpaqueId, String, Currency);

/// What every backend refuses alike.
pub(crate) fn check_usage(tenant: Option<&TenantId>, usage: &[UsageEvent]) -> Result<(), super::StoreError> {
    use super::StoreError::Refused;
    if usage
        .iter()
        .any(|event| tenant.is_some_and(|tenant| event.tenant_id != *tenant))
    {
        return Err(Refused("usage of another tenant than the charge's"));
    }
    let is_text = |text: &String| text.len() <= 256 && !text.contains('\0');
    let texts = |event: &UsageEvent| {
        [
            &event.tool_type,
            &event.tool_id,
            &event.provider,
            &event.model_or_plan_id,
        ]
        .into_iter()
        .all(is_text)
    };
    if !usage.iter().all(texts) {
        return Err(Refused(
            "the texts of a usage event have at most 256 bytes, without NUL",
        ));
    }
    if usage.iter().any(|event| i64::try_from(event.created_at).is_err()) {
        return Err(Refused("the time of a usage event is past all reckoning"));
    }
    Ok(())
}
