//! What the guard lets through, against other parsers, for inputs that are nearly good.

use proptest::prelude::*;
use proptest::sample::select;

use crate::oracle;

const PATH: [&str; 24] = [
    "/",
    "/files",
    "/files/",
    "/t/",
    "t_acme",
    "/x/",
    "u_1",
    "/ops/status",
    "/query",
    ".",
    "..",
    "%2e",
    "%2F",
    "%5c",
    "%25",
    "%00",
    "%",
    ";",
    "\\",
    "a",
    "%C3%A9",
    "%ff",
    "t%5Facme",
    "//",
];
const QUERY: [&str; 24] = [
    "tenant_id",
    "mode",
    "user_id",
    "=",
    "=",
    "&",
    "&",
    ";",
    "t_acme",
    "t_other",
    "saas",
    "u_1",
    "[",
    "]",
    "[]",
    "%5B",
    "%5F",
    "tenant%5Fid",
    "+",
    "%26",
    "%3D",
    "access_token",
    "a",
    "%00",
];
const JSON: [&str; 30] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"tenant_id\"",
    "\"tenant_id\":\"t_acme\"",
    "\"tenant_id\":\"t_other\"",
    "\"mode\":\"saas\"",
    "\"mode\":null",
    "\"user_id\":1",
    "\"tenant\\u005fid\"",
    "\"t_acme\"",
    "\"t_\\u0061cme\"",
    "\"a\"",
    "\"a\":1",
    "1",
    "1e999",
    "-0",
    "null",
    "true",
    "\"\\ud800\"",
    "\"\\ud83d\\ude00\"",
    " ",
    "\n",
    "\u{feff}",
    "//",
    "\"\\",
    "0x1",
];
const BEARER: [&str; 12] = [
    "Bearer",
    "bearer",
    "BEARER",
    "Basic",
    " ",
    "\t",
    ",",
    "a.good-token_1",
    "b.c.d",
    "é",
    "=",
    "",
];

fn any_of(words: &'static [&'static str], most: usize) -> impl Strategy<Value = String> {
    proptest::collection::vec(select(words), 0..most).prop_map(|words| words.concat())
}

/// An object whose members are mostly whole.
fn object() -> impl Strategy<Value = String> {
    let name = select(
        &[
            "tenant_id",
            "tenant\\u005fid",
            "mode",
            "user_id",
            "app_id",
            "surface_id",
            "a",
            "",
        ][..],
    );
    let value = prop_oneof![
        select(
            &[
                "\"t_acme\"",
                "\"t_other\"",
                "\"saas\"",
                "\"u_1\"",
                "\"studio\"",
                "null",
                "1",
                "[]",
                "{}",
                "\"\"",
                "1e400"
            ][..]
        )
        .prop_map(str::to_owned),
        any_of(&JSON, 4),
    ];
    let members = proptest::collection::vec((name, value), 0..4);
    members.prop_map(|members| {
        let members: Vec<_> = members
            .iter()
            .map(|(name, value)| format!("\"{name}\":{value}"))
            .collect();
        format!("{{{}}}", members.join(","))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn a05_one_reading_of_a_path(path in prop_oneof![any_of(&PATH, 8), any_of(&PATH, 6).prop_map(|rest| format!("/files/{rest}"))]) {
        oracle::path(&path);
    }

    #[test]
    fn b21_no_reading_of_a_query_contradicts(query in any_of(&QUERY, 10)) {
        oracle::query(&query);
    }

    #[test]
    fn c25_one_reading_of_a_document(body in prop_oneof![object(), any_of(&JSON, 10)]) {
        oracle::json(body.as_bytes());
    }

    #[test]
    fn c25_bytes(body in proptest::collection::vec(any::<u8>(), 0..20)) {
        oracle::json(&body);
    }

    #[test]
    fn d40_one_scheme_one_space_one_token(value in any_of(&BEARER, 5)) {
        oracle::bearer(value.as_bytes());
    }
}

#[test]
fn the_oracles_see_both_sides() {
    for good in ["/files/a", "/t/t_acme/x/u_1", "/ops/status"] {
        oracle::path(good);
    }
    oracle::query("tenant_id=t_acme&a=b");
    oracle::json(br#"{"tenant_id":"t_acme","a":[1]}"#);
    oracle::bearer(b"bearer a.good-token_1");
}
