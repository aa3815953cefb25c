//! A gate of one's own: it asks policies that are written in [Cedar](https://www.cedarpolicy.com).
//!
//! The six gates of the contract are fixed, and so is their order. Whatever else an engine wants to ask stands behind one of
//! them, and can only take away: what it forbids, nothing lets through.
//!
//! ```
//! use cedar_gate::CedarGate;
//! use guard::gate::Chain;
//! use guard::store::{Memory, Stores};
//!
//! # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
//! let gate = CedarGate::parse(r#"
//!     permit(principal, action, resource);
//!     forbid(principal, action == Action::"render.start", resource) unless { context.role == "owner" };
//! "#)?;
//! let chain = Chain::builder(&Stores::of(Memory::default())).gate(gate).start().await?;
//! # drop(chain);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What policies see:
//!
//! | in Cedar | is |
//! |---|---|
//! | `principal` | `User::"…"`, the user of the credential |
//! | `action` | `Action::"…"`, the action that the route declares |
//! | `resource` | `Project::"tenant/mode/project"`, the scope of the request |
//! | `context` | `tenant`, `mode`, `project` and `app`; `role` and `surface` where there are any |

use std::future::ready;

use cedar_policy::{
    Authorizer, Context, Decision, Entities, EntityId, EntityTypeName, EntityUid, ParseErrors, PolicySet, Request,
    RestrictedExpression,
};
use guard::envelope::Gate;
use guard::gate::{ActionGate, Ask, Block, Judging, Passed};

/// The place of the gate: behind the strategy lock, whose code a refusal has.
const PLACE: Gate = Gate::StrategyLock;

/// Lets an action pass that the policies permit.
#[derive(Debug)]
pub struct CedarGate {
    policies: PolicySet,
    authorizer: Authorizer,
}

/// The policies are no Cedar.
#[derive(Debug, thiserror::Error)]
#[error("the policies are no Cedar: {0}")]
pub struct NotCedar(#[source] Box<ParseErrors>);

impl CedarGate {
    /// Reads policies.
    ///
    /// # Errors
    ///
    /// [`NotCedar`] says what is wrong, and where.
    pub fn parse(policies: &str) -> Result<Self, NotCedar> {
        Ok(Self {
            policies: policies.parse().map_err(|error| NotCedar(Box::new(error)))?,
            authorizer: Authorizer::new(),
        })
    }

    fn decide(&self, ask: &Ask<'_>) -> Result<Passed, Block> {
        // What cannot be asked is not let through.
        let request = request(ask).ok_or_else(|| Block::doubt(PLACE, "not_asked"))?;
        let answer = self
            .authorizer
            .is_authorized(&request, &self.policies, &Entities::empty());
        // A policy that fails is skipped by Cedar: a `forbid` among them would not have been heard.
        if answer.diagnostics().errors().next().is_some() {
            return Err(Block::doubt(PLACE, "policy_failed"));
        }
        match answer.decision() {
            Decision::Allow => Ok(Passed("permitted")),
            Decision::Deny => Err(Block::doubt(PLACE, "not_permitted")),
        }
    }
}

impl ActionGate for CedarGate {
    fn gate(&self) -> Gate {
        PLACE
    }

    fn judge<'a>(&'a self, ask: &'a Ask<'a>) -> Judging<'a> {
        Box::pin(ready(self.decide(ask)))
    }
}

fn request(ask: &Ask<'_>) -> Option<Request> {
    let context = ask.context();
    let (tenant, mode, project) = (context.tenant_id(), context.mode(), context.project_id());
    let fields = [
        ("tenant", Some(tenant.as_str())),
        ("mode", Some(mode.as_str())),
        ("project", Some(project.as_str())),
        ("app", Some(context.app_id().as_str())),
        ("role", context.role()),
        ("surface", context.surface_id().map(|surface| surface.as_str())),
    ];
    let known = fields
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), RestrictedExpression::new_string(value?.to_owned()))));
    Request::new(
        entity("User", context.user_id().as_str())?,
        entity("Action", ask.action())?,
        entity("Project", &format!("{tenant}/{mode}/{project}"))?,
        Context::from_pairs(known).ok()?,
        None,
    )
    .ok()
}

fn entity(kind: &str, id: &str) -> Option<EntityUid> {
    let kind: EntityTypeName = kind.parse().ok()?;
    Some(EntityUid::from_type_name_and_id(kind, EntityId::new(id)))
}
