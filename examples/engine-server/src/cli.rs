//! The command line.

use std::net::SocketAddr;

use clap::Parser;

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

    /// Make secrets for one run, and print requests to try
    #[arg(long)]
    pub demo: bool,

    /// Start with the kill switch thrown: no action passes
    #[arg(long)]
    pub kill_switch: bool,
}

/// Requests to try, as a shell takes them.
pub fn requests(address: SocketAddr, login: &str) -> String {
    let scope = format!("-H 'X-Mode: lab' -H 'X-Tenant-Id: {TENANT}' -H 'X-Project-Id: launch' -H 'X-App-Id: studio'");
    let json = "-H 'Content-Type: application/json'";
    let mask = format!(r#"{{"tenant_id": "{TENANT}", "name": "left", "points": [[0, 0], [4, 0], [4, 3]]}}"#);
    format!(
        r#"{TOKENS}, {TICKETS} and {LOGIN} are random, for this run. In another shell:

  curl -s http://{address}/ops/status

  TOKEN=$(curl -s http://{address}/auth/login {json} \
    -d '{{"user": "owner", "secret": "{login}"}}' | cut -d '"' -f 4)

  guarded() {{ curl -s -H "Authorization: Bearer $TOKEN" {scope} "$@"; echo; }}

  guarded {json} http://{address}/video/masks -d '{mask}'
  guarded 'http://{address}/projects/launch/masks?tenant_id={TENANT}'
  guarded 'http://{address}/projects/launch/masks?tenant_id=t_other'
  guarded -X POST http://{address}/api/auth/ticket
  guarded http://{address}/reports/masks
  guarded -X DELETE http://{address}/video/masks
"#
    )
}
