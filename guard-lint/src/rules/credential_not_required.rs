//! GL103: credential-not-required

use super::{Sink, declare_rule};
use crate::report::model::CredentialVerdict;
use crate::report::model::IdentityVerdict;
use crate::verdict::judge::Judged;

declare_rule! {
    /// An endpoint that answers without a verified token or ticket.
    ///
    /// The headers alone choose the scope; without a credential behind them anyone can send them. Contract, section 1: the
    /// credential is the only source of identity. A provider that verifies a token only where one is sent is not enough, and
    /// neither is an optional credential whose absence nothing refuses.
    CredentialNotRequired {
        code: "GL103",
        name: "credential-not-required",
        severity: Warning,
        confidence: High,
        help: "depend on the provider that demands a verified token, or refuse the request when neither token nor ticket came",
    }
}

fn check(program: &Judged<'_, '_, '_>, sink: &mut Sink<'_>) {
    for endpoint in &program.endpoints {
        // Without any identity the rule for that says it already.
        let named = matches!(endpoint.identity, IdentityVerdict::Enforced | IdentityVerdict::Partial);
        let what = match endpoint.credential {
            CredentialVerdict::Required => continue,
            CredentialVerdict::Optional => "verifies a credential only where one is sent",
            CredentialVerdict::None => "verifies no credential: headers alone name the caller",
        };
        if named && !endpoint.exempt {
            let message = format!("`{}` {what}", program.handler(endpoint));
            sink.endpoint(endpoint, program.place(endpoint), "", message);
        }
    }
}
