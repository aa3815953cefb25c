//! How the program starts, and how it ends.

use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::Command;

use crate::program::{SECRETS, ended, listening, program, signal};
use crate::support::patient;

#[tokio::test]
async fn it_does_not_start_without_secrets_and_names_them() {
    let (code, stdout, stderr) = ended(program(&["--address", "127.0.0.1:0"])).await;
    assert_eq!((code, &*stdout), (Some(1), ""));
    for (name, _) in SECRETS {
        assert!(stderr.contains(&format!("  {name} is not set\n")), "{stderr}");
    }
    assert!(
        stderr.contains("openssl rand -hex 32") && stderr.contains("--demo"),
        "{stderr}"
    );
    assert!(stderr.lines().all(|line| line.len() <= 80), "{stderr}");
}

#[tokio::test]
async fn it_does_not_start_with_weak_secrets_and_quotes_none() {
    let mut command = program(&["--address", "127.0.0.1:0"]);
    command.envs([
        ("AUTH_JWT_SIGNING", "canary"),
        ("ENGINES_TICKET_SECRET", "canary"),
        ("DEMO_LOGIN_SECRET", "canary"),
    ]);
    let (code, _, stderr) = ended(command).await;
    assert_eq!(code, Some(1));
    assert!(
        stderr.contains("AUTH_JWT_SIGNING has 6 bytes; at least 32 are needed"),
        "{stderr}"
    );
    assert!(
        stderr.contains("AUTH_JWT_SIGNING and ENGINES_TICKET_SECRET are the same"),
        "{stderr}"
    );
    assert!(!stderr.contains("canary"), "{stderr}");
}

#[tokio::test]
async fn help_fits_a_terminal_and_a_wrong_flag_is_named() {
    let (code, help, stderr) = ended(program(&["--help"])).await;
    assert_eq!((code, &*stderr), (Some(0), ""));
    assert!(help.lines().all(|line| line.len() <= 80), "{help}");
    for word in [
        "--address",
        "--demo",
        "--store",
        "--events",
        "--mode",
        "--seed-policies",
        "AUTH_JWT_SIGNING",
        "ENGINES_TICKET_SECRET",
    ] {
        assert!(help.contains(word), "{word}: {help}");
    }
    for wrong in [&["--dmeo"][..], &["--address", "nowhere"], &["extra"]] {
        let (code, stdout, stderr) = ended(program(wrong)).await;
        assert_eq!((code, &*stdout), (Some(2), ""), "{wrong:?}");
        assert!(stderr.contains(wrong.last().unwrap()), "{stderr}");
    }
    let (_, _, stderr) = ended(program(&["--dmeo"])).await;
    assert!(stderr.contains("--demo"), "it is suggested: {stderr}");
}

/// What it says when it is started so, with secrets, and does not serve.
async fn refused(args: &[&str]) -> String {
    let mut command = program(&[&["--address", "127.0.0.1:0"], args].concat());
    command.envs(SECRETS);
    let (code, stdout, stderr) = ended(command).await;
    assert_eq!((code, &*stdout), (Some(1), ""), "{stderr}");
    stderr
}

#[tokio::test]
async fn h80_it_does_not_start_on_less_than_a_mode_needs_and_names_the_setting() {
    let folder = TempDir::new().unwrap();
    let file = format!("sqlite:{}/engine.db", folder.path().display());
    for (store, mode, what) in [
        ("memory:", "saas", "Memory keeps its state in the memory of the process"),
        (
            "memory:",
            "lab,enterprise",
            "Memory keeps its state in the memory of the process",
        ),
        (&*file, "saas", "SQLite keeps its state in a temporary place"),
    ] {
        let said = refused(&["--store", store, "--mode", mode]).await;
        let mode = mode.trim_start_matches("lab,");
        for setting in ["events", "tickets", "budget", "audit", "policies"] {
            let line = format!("Stores::{setting}: {what}, and {mode} needs it on disk");
            assert!(said.contains(&line), "{line}\n{said}");
        }
        assert!(
            said.starts_with("error: --store or --events names a place that forgets too much: "),
            "{said}"
        );
        assert_eq!(said.lines().count(), 6, "{said}");
    }
}

#[tokio::test]
async fn an_address_that_leads_nowhere_is_named_with_the_mend() {
    for (args, expected) in [
        (
            &["--store", "mysql://u:canary@h/d"][..],
            "--store begins with sqlite:, postgres:// or memory:",
        ),
        (
            &["--store", "memory:", "--events", "http://h"],
            "--events begins with nats:// or tls://",
        ),
        (
            &["--store", "postgres://u:canary@127.0.0.1:1/d"],
            "cannot be reached; is it running, and is the address right?",
        ),
        (
            &["--store", "memory:", "--events", "nats://127.0.0.1:1"],
            "cannot be reached; is it running, and is the address right?",
        ),
        (
            &["--store", "sqlite:/nowhere/at/all/engine.db"],
            "/nowhere/at/all/engine.db",
        ),
    ] {
        let said = refused(args).await;
        assert!(said.contains(expected) && !said.contains("canary"), "{args:?}: {said}");
    }
}

#[tokio::test]
async fn lax_policies_are_for_lab_alone() {
    for flag in ["--seed-policies", "--demo"] {
        let said = refused(&[flag, "--store", "memory:", "--mode", "lab,saas"]).await;
        assert!(
            said.contains("--mode names saas; set policies for it with guardctl"),
            "{said}"
        );
    }
}

#[tokio::test]
async fn a_port_that_is_taken_is_an_error() {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (code, stdout, stderr) = ended(program(&["--demo", "--store", "memory:", "--address", &address])).await;
    assert_eq!((code, &*stdout), (Some(1), ""));
    assert!(stderr.starts_with("error: "), "{stderr}");
}

#[tokio::test]
async fn it_serves_with_secrets_and_ends_when_asked() {
    for name in ["TERM", "INT"] {
        let mut command = program(&["--store", "memory:", "--address", "127.0.0.1:0"]);
        command.envs(SECRETS);
        let (mut child, mut lines, address) = listening(command).await;
        let mut busy = TcpStream::connect(&address).await.unwrap();
        let body = r#"{"user": "owner", "secret": "a secret to log in with"}"#;
        let head = format!(
            "POST /auth/login HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
             expect: 100-continue\r\n\r\n",
            body.len()
        );
        busy.write_all(head.as_bytes()).await.unwrap();
        // Now the handler waits for the body.
        let mut go_on = [0; 25];
        patient(busy.read_exact(&mut go_on)).await.unwrap();
        assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");

        let mut idle = TcpStream::connect(&address).await.unwrap();
        idle.write_all(b"GET /ops/status HTTP/1.1\r\nhost: a\r\n\r\n")
            .await
            .unwrap();
        let mut status = [0; 12];
        patient(idle.read_exact(&mut status)).await.unwrap();
        assert_eq!(&status, b"HTTP/1.1 200");

        signal(&child, name).await;
        let mut rest = Vec::new();
        patient(idle.read_to_end(&mut rest)).await.unwrap();
        assert!(TcpStream::connect(&address).await.is_err(), "nobody is accepted");
        busy.write_all(body.as_bytes()).await.unwrap();
        let mut answer = String::new();
        patient(busy.read_to_string(&mut answer)).await.unwrap();
        assert!(
            answer.starts_with("HTTP/1.1 200 "),
            "what was under way is finished: {answer}"
        );
        let last = patient(lines.next_line()).await.unwrap().unwrap();
        assert_eq!(last, "stopped, 0 connections were cut");
        assert!(patient(child.wait()).await.unwrap().success());
    }
}

/// As the README says it, with nothing but a shell and curl.
#[tokio::test]
async fn the_requests_that_the_demo_prints_work() {
    let (mut child, mut lines, _) =
        listening(program(&["--demo", "--store", "memory:", "--address", "127.0.0.1:0"])).await;
    let mut script = String::new();
    while let Some(line) = patient(lines.next_line()).await.unwrap() {
        // The login secret alone stands indented above the first command.
        if let Some(command) = line.strip_prefix("  ").filter(|command| command.contains(' ')) {
            script.push_str(command);
            script.push('\n');
        }
        if line.contains("-X DELETE") {
            break;
        }
    }
    let output = patient(Command::new("sh").arg("-c").arg(&script).output())
        .await
        .unwrap();
    let (text, complaint) = (
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    );
    assert!(complaint.is_empty(), "curl is needed for this test: {complaint}");
    for expected in [
        r#"{"data":{"status":"ok"}}"#,
        r#"{"data":{"id":1,"name":"left","area":6.0}}"#,
        r#"{"data":[{"id":1,"name":"left","area":6.0}]}"#,
        "auth.context_mismatch",
        r#""expires_in":300"#,
        r#""text":"hello""#,
        r#""backend_version":"engine-server-svg/"#,
        "/parameters/seed: 9007199254740993 is beyond 9007199254740991",
        r#"{"data":{"masks":1,"area":6.0}}"#,
        "strategy_lock.approval_required",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}\n{script}");
    }
    signal(&child, "TERM").await;
    assert!(patient(child.wait()).await.unwrap().success());
}
