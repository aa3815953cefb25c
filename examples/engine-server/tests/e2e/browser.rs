//! The page in a headless Chromium, over WebDriver: JSON over HTTP, for which the client of these tests is enough.

use std::io::{Read, Write};
use std::net::SocketAddr;
use std::process::Stdio;
use std::time::{Duration, Instant};

use http::Version;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::sleep;

use crate::follower::say;
use crate::program::{SECRETS, listening, program, signal, skipped};
use crate::support::{LOGIN_SECRET, bare, log_in_to, patient};

/// A browser, its driver and its profile. All of them end with this value.
struct Browser {
    driver: SocketAddr,
    session: String,
    _child: Child,
    _profile: TempDir,
}

/// The key of an element's reference, which the WebDriver standard fixes.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

impl Browser {
    /// `None` on a machine without Chromium and its driver.
    async fn start() -> Option<Self> {
        if let Err(error) = Command::new("chromium").arg("--version").output().await {
            return skipped(&format!("chromium cannot be started: {error}"));
        }
        let child = Command::new("chromedriver")
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn();
        let mut child = match child {
            Ok(child) => child,
            Err(error) => return skipped(&format!("chromedriver cannot be started: {error}")),
        };
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let port: u16 = loop {
            let line = patient(lines.next_line())
                .await
                .unwrap()
                .expect("the driver names its port");
            if let Some((_, port)) = line.split_once("started successfully on port ") {
                break port.trim_end_matches('.').parse().unwrap();
            }
        };
        let driver = SocketAddr::from(([127, 0, 0, 1], port));
        let profile = TempDir::new().unwrap();
        // As root it has no sandbox, and without a network nothing of its own to ask for.
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            &format!("--user-data-dir={}", profile.path().display()),
        ];
        let wanted = json!({"capabilities": {"alwaysMatch": {"goog:chromeOptions": {"args": arguments}}}});
        let answer = command(driver, "/session", &wanted).await;
        let session = answer["sessionId"]
            .as_str()
            .expect("a browser behind the driver")
            .to_owned();
        Some(Self {
            driver,
            session,
            _child: child,
            _profile: profile,
        })
    }

    async fn send(&self, path: &str, body: &Value) -> Value {
        let path = format!("/session/{}{path}", self.session);
        command(self.driver, &path, body).await
    }

    async fn go(&self, url: &str) {
        self.send("/url", &json!({"url": url})).await;
    }

    /// Does something to the only element of a selector.
    async fn element(&self, selector: &str, action: &str, body: &Value) {
        let found = self
            .send("/element", &json!({"using": "css selector", "value": selector}))
            .await;
        let id = found[ELEMENT].as_str().unwrap_or_else(|| panic!("{selector}: {found}"));
        self.send(&format!("/element/{id}/{action}"), body).await;
    }

    async fn write(&self, selector: &str, text: &str) {
        self.element(selector, "value", &json!({"text": text})).await;
    }

    async fn click(&self, selector: &str) {
        self.element(selector, "click", &json!({})).await;
    }

    /// What a script gives.
    async fn run(&self, script: &str) -> Value {
        self.send("/execute/sync", &json!({"script": script, "args": []})).await
    }

    /// Waits until a script gives this.
    async fn until(&self, script: &str, wanted: &Value) {
        let begun = Instant::now();
        loop {
            let found = self.run(script).await;
            if found == *wanted {
                return;
            }
            assert!(
                begun.elapsed() < Duration::from_secs(30),
                "{script}: {found}, not {wanted}"
            );
            sleep(Duration::from_millis(50)).await;
        }
    }
}

/// Ends the browser, whom a driver that is killed would leave behind; also where the test fails.
impl Drop for Browser {
    fn drop(&mut self) {
        let asked = std::net::TcpStream::connect(self.driver).and_then(|mut driver| {
            driver.set_read_timeout(Some(Duration::from_secs(10)))?;
            let path = format!("/session/{}", self.session);
            write!(
                driver,
                "DELETE {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"
            )?;
            driver.read(&mut [0; 64])
        });
        if let Err(error) = asked {
            eprintln!("the browser may be left behind: {error}");
        }
    }
}

async fn command(driver: SocketAddr, path: &str, body: &Value) -> Value {
    let call = bare(Version::HTTP_11, "POST", path).json(&body.to_string());
    let answer = call.send_to(driver).await;
    let value: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(answer.status, 200, "{path}: {value}");
    value["value"].clone()
}

const STATE: &str = "return document.getElementById('state').dataset.state";
const TEXTS: &str = "return [...document.querySelectorAll('#events li')].map((item) => item.lastChild.data)";
const IDS: &str = "return [...document.querySelectorAll('#events li')].map((item) => item.dataset.id)";

#[tokio::test]
async fn the_page_follows_a_thread_over_restarts_without_a_gap_and_without_a_double() {
    let Some(browser) = Browser::start().await else { return };
    let folder = TempDir::new().unwrap();
    let store = format!("sqlite:{}/engine.db", folder.path().display());
    let start = async |address: &str| {
        let mut command = program(&["--store", &store, "--seed-policies", "--address", address]);
        command.envs(SECRETS);
        listening(command).await
    };
    let (mut first, _lines, place) = start("127.0.0.1:0").await;
    let address: SocketAddr = place.parse().unwrap();
    let token = log_in_to(address, Version::HTTP_11, "owner").await;
    let mut cursors = vec![say(address, &token, "th_1", "before").await];

    browser.go(&format!("http://{place}/")).await;
    browser.write("#login [name=secret]", LOGIN_SECRET).await;
    browser.click("#login button").await;
    browser.until(STATE, &json!("live")).await;
    browser.write("#say [name=text]", "from the page").await;
    browser.click("#say button").await;
    browser.until(TEXTS, &json!(["before", "from the page"])).await;
    cursors.push(browser.run(IDS).await[1].as_str().unwrap().to_owned());

    for (round, end) in ["KILL", "TERM"].into_iter().enumerate() {
        signal(&first, end).await;
        patient(first.wait()).await.unwrap();
        browser.until(STATE, &json!("waiting")).await;
        let (child, lines, again) = start(&place).await;
        first = child;
        assert_eq!(again, place);
        // Some while the page is away, as far as it is, and some when it is back.
        for text in ["one", "two"] {
            cursors.push(say(address, &token, "th_1", &format!("{text} of {round}")).await);
        }
        browser.until(STATE, &json!("live")).await;
        cursors.push(say(address, &token, "th_1", &format!("three of {round}")).await);
        browser.until(IDS, &json!(cursors)).await;
        drop(lines);
    }
    // What comes twice would come now.
    sleep(Duration::from_millis(500)).await;
    assert_eq!(browser.run(IDS).await, json!(cursors));
    assert_eq!(
        browser
            .run("return document.querySelectorAll('#events li')[7].value")
            .await,
        8
    );
    drop(browser);
    first.kill().await.unwrap();
}
