//! The command line.

use std::net::SocketAddr;

use clap::Parser;
use guard::context::Mode;

use crate::secrets::{LOGIN, TICKETS, TOKENS};
use crate::users::TENANT;

/// An engine behind the guard, to try it.
///
/// It signs with secrets from the environment and does not start without them: AUTH_JWT_SIGNING and ENGINES_TICKET_SECRET,
/// each of at least 32 bytes, and DEMO_LOGIN_SECRET of at least 16.
#[derive(Debug, Parser)]
#[command(name = "engine-server", version, max_term_width = 80)]
pub struct Args {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "IP:PORT", default_value = "127.0.0.1:8080")]
    pub address: SocketAddr,

    /// Where everything is kept: sqlite:FILE, postgres://... or memory:
    #[arg(
        long,
        value_name = "ADDRESS",
        env = "GUARD_STORE",
        hide_env_values = true,
        default_value = "sqlite:engine-server.db"
    )]
    pub store: String,

    /// Where the events of streams are kept instead: nats://HOST:PORT
    #[arg(long, value_name = "ADDRESS", env = "GUARD_EVENTS", hide_env_values = true)]
    pub events: Option<String>,

    /// The modes to serve: lab, saas, enterprise, with commas between
    #[arg(long, value_name = "MODES", default_value = "lab", value_delimiter = ',', value_parser = mode)]
    pub mode: Vec<Mode>,

    /// A page that may open WebSockets in place of the engine's own
    #[arg(long, value_name = "ORIGIN")]
    pub origin: Vec<String>,

    /// Put lax policies where there are none yet; in lab alone
    #[arg(long)]
    pub seed_policies: bool,

    /// Make secrets for one run, seed policies, and print requests to try
    #[arg(long)]
    pub demo: bool,
}

/// Seeds are for lab.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the policies of --seed-policies and --demo are lax, and --mode names {0}; set policies for it with guardctl, or serve lab \
     alone"
)]
pub struct SeedsRefused(Mode);

impl Args {
    /// Whether policies are seeded.
    ///
    /// # Errors
    ///
    /// [`SeedsRefused`] where another mode than lab is served.
    pub fn seeds(&self) -> Result<bool, SeedsRefused> {
        let strict = self.mode.iter().find(|mode| **mode != Mode::Lab);
        match strict {
            Some(mode) if self.seed_policies || self.demo => Err(SeedsRefused(*mode)),
            _ => Ok(self.seed_policies || self.demo),
        }
    }

    /// The pages that may open WebSockets, for a server that listens here.
    pub fn origins(&self, address: SocketAddr) -> Vec<String> {
        if self.origin.is_empty() {
            vec![
                format!("http://{address}"),
                format!("http://localhost:{}", address.port()),
            ]
        } else {
            self.origin.clone()
        }
    }
}

fn mode(text: &str) -> Result<Mode, String> {
    text.parse().map_err(|_| "a mode is lab, saas or enterprise".to_owned())
}

/// Requests to try, as a shell takes them.
pub fn requests(address: SocketAddr, login: &str) -> String {
    let scope = format!("-H 'X-Mode: lab' -H 'X-Tenant-Id: {TENANT}' -H 'X-Project-Id: launch' -H 'X-App-Id: studio'");
    let json = "-H 'Content-Type: application/json'";
    let mask = format!(r#"{{"tenant_id": "{TENANT}", "name": "left", "points": [[0, 0], [4, 0], [4, 3]]}}"#);
    let drawing = |seed: &str| format!(r#"{{"width": 9, "height": 9, "points": [[0, 0], [4, 3]], "seed": {seed}}}"#);
    let (drawing, inexact) = (drawing("7"), drawing("9007199254740993"));
    format!(
        r#"{TOKENS}, {TICKETS} and {LOGIN} are random, for this run.
Open http://{address}/ and log in as owner with
  {login}
or in another shell:

  curl -s http://{address}/ops/status

  TOKEN=$(curl -s http://{address}/auth/login {json} \
    -d '{{"user": "owner", "secret": "{login}"}}' | cut -d '"' -f 4)

  guarded() {{ curl -s -H "Authorization: Bearer $TOKEN" {scope} "$@"; echo; }}

  guarded {json} http://{address}/video/masks -d '{mask}'
  guarded 'http://{address}/projects/launch/masks?tenant_id={TENANT}'
  guarded 'http://{address}/projects/launch/masks?tenant_id=t_other'
  guarded -X POST http://{address}/api/auth/ticket
  guarded {json} http://{address}/chat/th_1 -d '{{"text": "hello"}}'
  guarded -m 2 -N http://{address}/sse/chat/th_1
  guarded {json} http://{address}/canvas/c_1/renders -d '{drawing}'
  guarded {json} http://{address}/canvas/c_1/renders -d '{inexact}'
  guarded http://{address}/reports/masks
  guarded -X DELETE http://{address}/video/masks
"#
    )
}
