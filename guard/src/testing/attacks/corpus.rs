//! The attacks. Their letters and numbers are those of the list in the project's manual.

use std::fmt;

use super::Target;
use super::raw::Raw;

/// One attack.
pub(super) struct Attack {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    /// `None` where the target has no route for it.
    pub(super) request: fn(&Target) -> Option<Vec<u8>>,
    pub(super) wanted: Wanted,
}

/// What a server that withstands it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// One success.
    Answered,
    /// One envelope of this status and code, with a request id.
    Error(u16, &'static str),
    /// Any 4xx, or a closed connection: the server below the framework may see to it.
    Refused,
    /// One answer: what hides in the request is not a second one.
    One,
    /// These statuses, one after the other.
    Each(&'static [u16]),
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answered => f.write_str("one success"),
            Self::Error(status, code) => write!(f, "{status} {code}"),
            Self::Refused => f.write_str("a 4xx or a closed connection"),
            Self::One => f.write_str("one answer"),
            Self::Each(statuses) => write!(f, "the statuses {statuses:?}"),
        }
    }
}

use Wanted::{Answered, Each, Error, One, Refused};

const SYNTAX: Wanted = Error(400, "validation.error");
const TWICE: Wanted = Error(400, "auth.header_duplicate");
const MISMATCH: Wanted = Error(400, "auth.context_mismatch");
const NOBODY: Wanted = Error(401, "auth.token_missing");

macro_rules! attacks {
    ($($name:ident $about:literal $wanted:expr, |$target:ident| $request:expr;)*) => {
        pub(super) const ATTACKS: &[Attack] = &[
            $(Attack {
                name: stringify!($name),
                about: $about,
                request: |$target| Option::<Raw>::from($request).map(|raw| raw.bytes()),
                wanted: $wanted,
            },)*
        ];
    };
}

attacks! {
    good_request "the request itself" Answered, |t| Raw::good(t);
    good_json "the request with a body" Answered, |t| Raw::json(t);

    a02_unknown_path "a path of nobody's" Error(404, "route.not_found"), |t| Raw::good(t).at("/guard-attack/no/such/route");
    a02_empty_segment "two slashes" SYNTAX, |t| Raw::good(t).at(&format!("/{}", t.path));
    a03_unknown_verb "a verb of nobody's" Error(405, "route.method_not_allowed"), |t| Raw::good(t).line(format!("BREW {} HTTP/1.1", t.path));
    a03_lower_case_verb "get" Error(405, "route.method_not_allowed"), |t| Raw::good(t).line(format!("get {} HTTP/1.1", t.path));
    a03_options_asterisk "OPTIONS *" SYNTAX, |t| Raw::good(t).line("OPTIONS * HTTP/1.1");
    a03_connect "CONNECT to a host" Refused, |t| Raw::good(t).line("CONNECT guard.test:443 HTTP/1.1");
    a05_dot_segments "/x/.." SYNTAX, |t| Raw::good(t).at(&format!("/x/..{}", t.path));
    a05_escaped_slash "%2f" SYNTAX, |t| Raw::good(t).at(&format!("{}%2fx", t.path));
    a05_escaped_nul "%00" SYNTAX, |t| Raw::good(t).at(&format!("{}%00", t.path));
    a05_escaped_twice "%252e" SYNTAX, |t| Raw::good(t).at(&format!("{}%252e", t.path));
    a05_backslash "a backslash" SYNTAX, |t| Raw::good(t).at(&format!("{}\\x", t.path));
    a05_semicolon "a path parameter" SYNTAX, |t| Raw::good(t).at(&format!("{};a=b", t.path));
    a05_raw_bytes "bytes outside ASCII in the path" SYNTAX, |t| Raw::good(t).at(&format!("{}\u{e4}", t.path));
    a09_no_token "no token" NOBODY, |t| Raw::good(t).without("Authorization");
    a09_no_token_unknown_path "no token, a path of nobody's" NOBODY, |t| Raw::good(t).without("Authorization").at("/guard-attack/no/such/route");
    a11_middleware_header "a framework's own header" NOBODY, |t| Raw::good(t).without("Authorization").and("x-middleware-subrequest", "middleware");
    a11_original_url "X-Original-URL to an unknown path" Answered, |t| Raw::good(t).and("X-Original-URL", "/guard-attack").and("X-Rewrite-URL", "/guard-attack");
    a11_reserved_header "a header of the guard's own" SYNTAX, |t| Raw::good(t).and("X-Guard-Skip", "1");

    b14_two_tenants "X-Tenant-Id twice, alike" TWICE, |t| Raw::good(t).twice("X-Tenant-Id");
    b14_two_tokens "Authorization twice" TWICE, |t| Raw::good(t).twice("Authorization");
    b14_two_hosts "Host twice" Refused, |t| Raw::good(t).and("Host", "evil.test");
    b14_two_content_types "Content-Type twice" TWICE, |t| Raw::good(t).and("Content-Type", "text/plain").and("Content-Type", "application/json");
    b15_joined_tenants "two tenants in one header" Error(400, "auth.tenant_invalid"), |t| Raw::good(t).with("X-Tenant-Id", "t_a, t_b");
    b15_empty_tenant "no tenant in the header" Error(400, "auth.tenant_invalid"), |t| Raw::good(t).with("X-Tenant-Id", "");
    b15_not_ascii "a tenant in Latin-1" Error(400, "auth.tenant_invalid"), |t| Raw::good(t).with("X-Tenant-Id", b"t_\xe4");
    b15_nul "NUL in a header" Refused, |t| Raw::good(t).with("X-Tenant-Id", b"t_a\0");
    b15_long_tenant "a tenant of 5000 bytes" Error(400, "auth.tenant_invalid"), |t| Raw::good(t).with("X-Tenant-Id", format!("t_{}", "a".repeat(5_000)));
    b15_legacy_mode "prod" Error(400, "auth.mode_invalid"), |t| Raw::good(t).with("X-Mode", "prod");
    b16_underscore_twin "x_tenant_id" Error(400, "auth.tenant_invalid"), |t| Raw::good(t).and("x_tenant_id", "t_other");
    b16_env "X-Env" Error(400, "auth.env_forbidden"), |t| Raw::good(t).and("X-Env", "prod");
    b17_upper_case "every name in upper case" Answered, |t| upper_case(t);
    b19_another_authority "an absolute target of another host" SYNTAX, |t| Raw::good(t).at(&format!("http://evil.test{}", t.path));
    b19_same_authority "an absolute target of the same host" Answered, |t| Raw::good(t).at(&format!("http://guard.test{}", t.path));
    b20_length_and_chunks "Content-Length and Transfer-Encoding" One, |t| smuggled(t);
    b20_two_lengths "two lengths" Refused, |t| Raw::json(t).map(|raw| raw.and("Content-Length", "1"));
    b20_odd_length "a length with a sign" Refused, |t| Raw::json(t).map(|raw| raw.with("Content-Length", "+2"));
    b20_chunks_on_get "Transfer-Encoding on GET" SYNTAX, |t| Raw::good(t).and("Transfer-Encoding", "chunked").body("0\r\n\r\n");
    b20_odd_coding "a coding that is none" Refused, |t| Raw::json(t).map(|raw| raw.without("Content-Length").and("Transfer-Encoding", "xchunked"));
    b20_folded_header "a header over two lines" Refused, |t| Raw::good(t).and("X-Other", "a\r\n b");
    b20_space_before_colon "a space before the colon" Refused, |t| Raw::good(t).and("X-Other ", "a");
    b20_bad_name "a name that is none" Refused, |t| Raw::good(t).and("X(Other)", "a");
    b20_no_version "HTTP/0.9" Refused, |t| Raw::good(t).line(format!("GET {}", t.path));
    b20_bad_chunk "a chunk whose length is none" Refused, |t| Raw::json(t).map(|raw| raw.without("Content-Length").and("Transfer-Encoding", "chunked").body("zz\r\n{}\r\n0\r\n\r\n"));
    b21_query_tenant "another tenant in the query" MISMATCH, |t| Raw::good(t).at(&format!("{}?tenant_id=t_other", t.path));
    b21_query_escaped "another tenant in the query, escaped" MISMATCH, |t| Raw::good(t).at(&format!("{}?tenant%5fid=t_other", t.path));
    b21_query_twice "the mode twice in the query" MISMATCH, |t| Raw::good(t).at(&format!("{}?mode=lab&mode=saas", t.path));
    b21_query_semicolon "another tenant after a semicolon" MISMATCH, |t| Raw::good(t).at(&format!("{}?a=1;tenant_id=t_other", t.path));
    b21_query_token "a token in the query" SYNTAX, |t| Raw::good(t).at(&format!("{}?access_token=x", t.path));
    b22_user_override "another user" Error(403, "auth.identity_override"), |t| Raw::good(t).with("X-User-Id", "u_guard_attack");
    b22_role_override "another role" Error(403, "auth.identity_override"), |t| Raw::good(t).with("X-Membership-Role", "guard_attack");
    b23_many_headers "200 headers" Refused, |t| (0..200).fold(Raw::good(t), |raw, n| raw.and(format!("X-Other-{n}"), "a"));
    b23_large_headers "500 KB of headers" Refused, |t| Raw::good(t).and("X-Other", vec![b'a'; 500_000]);
    b23_long_target "a target of 70 KB" Refused, |t| Raw::good(t).at(&format!("{}?{}", t.path, "a".repeat(70_000)));

    c25_duplicate_key "another tenant behind the first key" One, |t| Raw::json(t).map(|raw| raw.sized_body(r#"{"tenant_id":"t_a","tenant_id":"t_b"}"#));
    c28_expect_without_token "Expect: 100-continue without a token" NOBODY, |t| Raw::json(t).map(|raw| raw.without("Authorization").and("Expect", "100-continue").body(""));
    c28_large_announced "a body of 9 EB" Error(413, "request.too_large"), |t| Raw::json(t).map(|raw| raw.with("Content-Length", "9000000000000000000").body(""));

    d40_scheme_case "the scheme in upper case" Answered, |t| scheme(t, "BEARER");
    d40_two_spaces "two spaces after the scheme" Error(401, "auth.token_invalid"), |t| scheme(t, "Bearer ");
    d40_basic "another scheme" NOBODY, |t| Raw::good(t).with("Authorization", "Basic dTpw");
    d30_no_algorithm "a token of no algorithm" Error(401, "auth.token_invalid"), |t| Raw::good(t).with("Authorization", "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1In0.");

    http_1_0 "HTTP/1.0" Answered, |t| Raw::good(t).line(format!("GET {} HTTP/1.0", t.path));
    pipelined "a good request after one without a token" Each(&[401, 200]), |t| pipelined(t);
    two_requests_one_good_token "a request without a token after a good one" Each(&[200, 401]), |t| borrowed(t);
}

fn upper_case(target: &Target) -> Raw {
    target.headers.iter().fold(Raw::good(target), |raw, (name, value)| {
        raw.without(name).and(name.to_ascii_uppercase(), value)
    })
}

fn scheme(target: &Target, scheme: &str) -> Raw {
    let known = target
        .headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("authorization"));
    let token = known
        .and_then(|(_, value)| value.split_once(' '))
        .map_or("", |(_, token)| token);
    Raw::good(target).with("Authorization", format!("{scheme} {token}"))
}

/// By its length the body is `0\r\n\r\n` and a second request; by its chunks it is empty and a request follows. A server that
/// closes after it, as the standard says, answers once.
fn smuggled(target: &Target) -> Option<Raw> {
    let second = Raw::good(target).bytes();
    let body: Vec<u8> = [&b"0\r\n\r\n"[..], &second].concat();
    let raw = Raw::json(target)?.without("Connection").sized_body(body);
    Some(raw.and("Transfer-Encoding", "chunked"))
}

fn pipelined(target: &Target) -> Raw {
    let second = Raw::good(target).bytes();
    Raw::good(target)
        .without("Connection")
        .without("Authorization")
        .body(second)
}

fn borrowed(target: &Target) -> Raw {
    let second = Raw::good(target).without("Authorization").bytes();
    Raw::good(target).without("Connection").body(second)
}
