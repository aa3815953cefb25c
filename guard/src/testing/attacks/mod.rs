//! Requests that no HTTP library would make, over a socket.

mod corpus;
mod raw;
mod wire;

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use self::corpus::{ATTACKS, Attack, Wanted};
use self::wire::Reply;
use super::answer::Expected;
use super::{NotChecked, Outcome, Report};

/// What the attacks are sent to.
#[derive(Debug, Clone)]
#[must_use]
pub struct Target {
    path: String,
    headers: Vec<(String, String)>,
    body: Option<(String, String)>,
    patience: Duration,
}

/// What came back from an attack.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attacked {
    /// The name of the attack.
    pub name: &'static str,
    /// The statuses of the answers, in order. None where the server closed without one.
    pub statuses: Vec<u16>,
    /// The code of the last answer, if that is an envelope.
    pub code: Option<String>,
}

impl Target {
    /// A path whose route answers `GET` with a success, given the headers that are added.
    pub fn new(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            headers: Vec::new(),
            body: None,
            patience: Duration::from_secs(5),
        }
    }

    /// A header of a good request: `Authorization` and those of the scope.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// A path whose route answers `POST` of this JSON with a success. Without one the attacks with bodies are not sent.
    pub fn json(mut self, path: impl Into<String>, body: impl Into<String>) -> Self {
        self.body = Some((path.into(), body.into()));
        self
    }

    /// How long an answer is waited for; 5 s unless set.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }
}

/// The names of the attacks, in the order in which they are sent.
pub fn attack_names() -> impl Iterator<Item = &'static str> {
    ATTACKS.iter().map(|attack| attack.name)
}

/// Sends every attack to a server that runs, each over a connection of its own, and reports which it withstood. The first is
/// no attack: if the good request has no success, the others prove nothing.
///
/// # Errors
///
/// A connection that cannot be made.
pub async fn attacks(server: SocketAddr, target: &Target) -> io::Result<(Report, Vec<Attacked>)> {
    let (mut outcomes, mut not_checked, mut attacked) = (Vec::new(), Vec::new(), Vec::new());
    for attack in ATTACKS {
        let Some(bytes) = (attack.request)(target) else {
            not_checked.push(NotChecked {
                subject: attack.name.to_owned(),
                reason: "the target has no route for JSON".to_owned(),
            });
            continue;
        };
        let replies = wire::exchange(server, &bytes, target.patience).await?;
        attacked.push(seen(attack, &replies));
        outcomes.push(Outcome {
            check: attack.name,
            route: String::new(),
            tickets: Vec::new(),
            request: attack.about.to_owned(),
            failure: judge(attack, &replies).err(),
        });
    }
    Ok((Report::new(outcomes, not_checked, attack_names()), attacked))
}

fn seen(attack: &Attack, replies: &[Reply]) -> Attacked {
    Attacked {
        name: attack.name,
        statuses: replies.iter().map(|reply| reply.answer.status).collect(),
        code: replies
            .last()
            .and_then(|reply| Some(reply.answer.envelope().ok()?.code().to_owned())),
    }
}

fn judge(attack: &Attack, replies: &[Reply]) -> Result<(), String> {
    if let Some(reply) = replies.iter().find(|reply| !reply.whole) {
        return Err(format!("an answer with {} that is not whole", reply.answer.status));
    }
    let statuses: Vec<u16> = replies.iter().map(|reply| reply.answer.status).collect();
    let wanted = attack.wanted;
    match (wanted, replies) {
        (Wanted::Answered, [reply]) if (200..300).contains(&reply.answer.status) => Ok(()),
        (Wanted::Error(status, code), [reply]) => {
            reply.answer.is(&Expected::Error(status, code))?;
            if reply.answer.headers.contains_key("x-request-id") {
                Ok(())
            } else {
                Err("an error without X-Request-Id".to_owned())
            }
        }
        // The server below the framework may answer by itself, or close.
        (Wanted::Refused, replies) if replies.iter().all(|reply| (400..500).contains(&reply.answer.status)) => Ok(()),
        (Wanted::One, [_]) => Ok(()),
        (Wanted::Each(expected), _) if statuses == expected => Ok(()),
        _ => Err(format!("expected {wanted}, got the statuses {statuses:?}")),
    }
}
