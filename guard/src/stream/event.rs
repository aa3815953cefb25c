//! An event as its author makes it, and as it is written.

use std::time::Duration;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::context::{AppId, OpaqueId, RequestContext, SurfaceId};
use crate::store::{NewEvent, StreamKey};

/// The version of an event's shape.
const VERSION: u8 = 1;

/// What an author says of an event. Its id and its number come from the log, its time from the clock, and where it belongs
/// from the stream that it is published on.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct StreamEvent {
    kind: OpaqueId,
    data: Map<String, Value>,
    priority: Priority,
    severity: Option<OpaqueId>,
    correlation_id: Option<OpaqueId>,
    cause: Cause,
}

/// How much an event weighs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    /// A fact.
    #[default]
    Truth,
    /// A movement.
    Gesture,
    /// Something to know.
    Info,
}

/// Why something is no event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EventError {
    /// The type is not 1 to 128 bytes of visible ASCII without a comma.
    #[error("the type of an event is 1 to 128 bytes of visible ASCII without a comma")]
    Type,
    /// The data is no JSON object.
    #[error("the data of an event is a JSON object")]
    Data,
}

/// The request that an event comes from; nothing where no request is behind it.
#[derive(Debug, Clone, Default, PartialEq)]
struct Cause {
    trace_id: Option<OpaqueId>,
    ids: Ids,
    app_id: Option<AppId>,
    surface_id: Option<SurfaceId>,
    actor_id: Option<OpaqueId>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
struct Ids {
    request_id: Option<OpaqueId>,
    correlation_id: Option<OpaqueId>,
    run_id: Option<OpaqueId>,
    step_id: Option<OpaqueId>,
}

impl StreamEvent {
    /// An event of this type, `message` say, with this data.
    ///
    /// # Errors
    ///
    /// [`EventError`].
    pub fn new(kind: &str, data: impl Serialize) -> Result<Self, EventError> {
        let kind = OpaqueId::parse(kind).map_err(|_| EventError::Type)?;
        match serde_json::to_value(data) {
            Ok(Value::Object(data)) => Ok(Self {
                kind,
                data,
                priority: Priority::default(),
                severity: None,
                correlation_id: None,
                cause: Cause::default(),
            }),
            _ => Err(EventError::Data),
        }
    }

    /// Another weight than [`Priority::Truth`].
    pub fn priority(mut self, priority: Priority) -> Self {
        self.priority = priority;
        self
    }

    /// How bad it is, in a word of the author's.
    pub fn severity(mut self, severity: OpaqueId) -> Self {
        self.severity = Some(severity);
        self
    }

    /// What joins it to other events.
    pub fn correlation_id(mut self, id: OpaqueId) -> Self {
        self.correlation_id = Some(id);
        self
    }

    /// Names the request that it comes from: its user as the actor, its ids, its app and surface.
    pub fn caused_by(mut self, context: &RequestContext) -> Self {
        let trace = context.trace();
        self.cause = Cause {
            trace_id: trace.trace_id.clone(),
            ids: Ids {
                request_id: Some(context.request_id().clone()),
                correlation_id: None,
                run_id: trace.run_id.clone(),
                step_id: trace.step_id.clone(),
            },
            app_id: Some(context.app_id().clone()),
            surface_id: context.surface_id().cloned(),
            actor_id: Some(context.user_id().clone()),
        };
        self
    }

    /// The event as the log keeps it, at this time since 1970-01-01T00:00:00Z.
    pub(super) fn for_log(&self, stream: &StreamKey, now: Duration) -> NewEvent {
        NewEvent {
            at_ms: u64::try_from(now.as_millis()).unwrap_or(u64::MAX),
            body: self.write(stream, now, "always", None),
        }
    }

    /// The event that tells a client where the stream stands. It is in no log and has no id.
    pub(super) fn resume_cursor(stream: &StreamKey, context: &RequestContext, cursor: &str, now: Duration) -> String {
        let event = Self {
            kind: OpaqueId::made("resume_cursor"),
            data: Map::from_iter([("cursor".to_owned(), Value::from(cursor))]),
            priority: Priority::Info,
            severity: None,
            correlation_id: None,
            cause: Cause::default(),
        };
        event.caused_by(context).write(stream, now, "never", Some(cursor))
    }

    /// One line of JSON, without the id and the number.
    fn write(&self, stream: &StreamKey, now: Duration, persist: &str, last_event_id: Option<&str>) -> String {
        let cause = &self.cause;
        let (scope, id) = (&stream.scope, Some(stream.id.as_str()));
        let is_canvas = stream.kind.as_str() == "canvas";
        let mut ids = cause.ids.clone();
        ids.correlation_id.clone_from(&self.correlation_id);
        let written = Written {
            v: VERSION,
            kind: &self.kind,
            ts: timestamp(now),
            trace_id: cause.trace_id.as_ref(),
            span_id: None,
            ids,
            routing: Routing {
                tenant_id: scope.tenant.as_str(),
                mode: scope.mode.as_str(),
                project_id: scope.project.as_str(),
                app_id: cause.app_id.as_ref(),
                surface_id: cause.surface_id.as_ref(),
                canvas_id: id.filter(|_| is_canvas),
                thread_id: id.filter(|_| !is_canvas),
                actor_id: cause.actor_id.as_ref(),
                actor_type: if cause.actor_id.is_some() { "human" } else { "system" },
            },
            data: &self.data,
            meta: Meta {
                priority: self.priority,
                persist,
                last_event_id,
                schema_version: 1,
                severity: self.severity.as_ref(),
                storage_class: None,
            },
        };
        // Texts, numbers and an object with texts for keys: nothing of it can fail.
        serde_json::to_string(&written).unwrap_or_default()
    }
}

#[derive(Serialize)]
struct Written<'a> {
    v: u8,
    #[serde(rename = "type")]
    kind: &'a OpaqueId,
    ts: String,
    trace_id: Option<&'a OpaqueId>,
    span_id: Option<&'a OpaqueId>,
    ids: Ids,
    routing: Routing<'a>,
    data: &'a Map<String, Value>,
    meta: Meta<'a>,
}

#[derive(Serialize)]
struct Routing<'a> {
    tenant_id: &'a str,
    mode: &'a str,
    project_id: &'a str,
    app_id: Option<&'a AppId>,
    surface_id: Option<&'a SurfaceId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    canvas_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thread_id: Option<&'a str>,
    actor_id: Option<&'a OpaqueId>,
    actor_type: &'static str,
}

#[derive(Serialize)]
struct Meta<'a> {
    priority: Priority,
    persist: &'a str,
    last_event_id: Option<&'a str>,
    schema_version: u8,
    severity: Option<&'a OpaqueId>,
    storage_class: Option<&'a str>,
}

/// RFC 3339 in UTC, to the millisecond. The days are counted as in
/// <https://howardhinnant.github.io/date_algorithms.html#civil_from_days>, from 0000-03-01 on.
fn timestamp(since_epoch: Duration) -> String {
    let seconds = since_epoch.as_secs();
    let (days, of_day) = (seconds / 86_400 + 719_468, seconds % 86_400);
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    let millis = since_epoch.subsec_millis();
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::context::{Mode, ProjectId, TenantId};
    use crate::store::Scope;

    #[test]
    fn times_are_those_of_the_calendar() {
        // date -u -d @N +%FT%T.000Z
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_399, "2000-02-28T23:59:59.000Z"),
            (951_782_400, "2000-02-29T00:00:00.000Z"),
            (1_800_000_000, "2027-01-15T08:00:00.000Z"),
            (4_107_542_400, "2100-03-01T00:00:00.000Z"),
        ] {
            assert_eq!(timestamp(Duration::from_secs(seconds)), text);
        }
        assert!(timestamp(Duration::from_millis(1_007)).ends_with("01.007Z"));
    }

    #[test]
    fn an_event_has_every_key_of_the_contract_but_those_of_the_log() {
        let stream = StreamKey {
            scope: Scope {
                tenant: TenantId::parse("t_acme").unwrap(),
                mode: Mode::Lab,
                project: ProjectId::parse("launch").unwrap(),
            },
            kind: OpaqueId::parse("chat").unwrap(),
            id: OpaqueId::parse("th_1").unwrap(),
        };
        let event = StreamEvent::new("message", json!({"text": "two\nlines"})).unwrap();
        let written = event.for_log(&stream, Duration::from_secs(1));
        assert_eq!(written.at_ms, 1_000);
        assert!(!written.body.contains('\n'));
        assert_eq!(
            serde_json::from_str::<Value>(&written.body).unwrap(),
            json!({
                "v": 1, "type": "message", "ts": "1970-01-01T00:00:01.000Z", "trace_id": null, "span_id": null,
                "ids": {"request_id": null, "correlation_id": null, "run_id": null, "step_id": null},
                "routing": {
                    "tenant_id": "t_acme", "mode": "lab", "project_id": "launch", "app_id": null, "surface_id": null,
                    "thread_id": "th_1", "actor_id": null, "actor_type": "system",
                },
                "data": {"text": "two\nlines"},
                "meta": {
                    "priority": "truth", "persist": "always", "last_event_id": null, "schema_version": 1,
                    "severity": null, "storage_class": null,
                },
            })
        );
    }

    #[test]
    fn what_is_no_event_is_refused() {
        for kind in ["", "a b", "a\nb", "a,b", &"a".repeat(129)] {
            assert_eq!(StreamEvent::new(kind, json!({})), Err(EventError::Type), "{kind:?}");
        }
        for data in [json!(1), json!(null), json!([])] {
            assert_eq!(StreamEvent::new("message", data), Err(EventError::Data));
        }
    }
}
