//! chromedriver and the sessions it opens.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;

/// A running chromedriver; it ends with this value.
#[derive(Debug)]
pub struct Driver {
    child: Child,
    address: String,
}

/// What a session looks like.
#[derive(Debug, Clone, Copy)]
pub struct View {
    pub width: u32,
    /// Whether pages may run scripts. The driver's own questions are answered either way.
    pub scripts: bool,
}

pub const PHONE: View = View {
    width: 320,
    scripts: true,
};
pub const DESK: View = View {
    width: 1280,
    scripts: true,
};
/// A phone whose owner has switched scripts off in the browser's settings.
pub const PHONE_WITHOUT_SCRIPTS: View = View {
    scripts: false,
    ..PHONE
};

const HEIGHT: u32 = 900;
/// Chromium's words for a permission that the owner gave, or took away.
const ALLOWED: u8 = 1;
const BLOCKED: u8 = 2;

impl Driver {
    /// None, and a line that says so, when no browser is installed.
    pub fn start() -> Option<Driver> {
        let started = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .spawn();
        let Ok(mut child) = started else {
            eprintln!(
                "SKIPPED: no chromedriver (Debian: apt-get install chromium chromium-driver)"
            );
            return None;
        };
        let output = child.stdout.take().expect("chromedriver's output is piped");
        let lines = BufReader::new(output).lines().map_while(Result::ok);
        let port = lines.filter_map(|line| port_of(&line)).next();
        let port = port.expect("chromedriver says on which port it listens");
        Some(Driver {
            child,
            address: format!("http://127.0.0.1:{port}"),
        })
    }

    pub async fn open(&self, view: View) -> Client {
        let phone = view.width < 600;
        // The driver waits for a script of its own to see a finger's tap; where none may run, it
        // would wait for ever, so that there a pointer presses.
        let touch = phone && view.scripts;
        let capabilities = json!({
            "goog:chromeOptions": {
                "args": [
                    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                    "--disable-background-networking", "--disable-component-update", "--disable-sync",
                    "--allow-file-access-from-files", format!("--window-size={},{HEIGHT}", view.width),
                ],
                "prefs": {
                    "profile.default_content_setting_values.javascript":
                        if view.scripts { ALLOWED } else { BLOCKED },
                },
                "mobileEmulation": { "deviceMetrics": {
                    "width": view.width, "height": HEIGHT, "pixelRatio": 1.0, "touch": touch,
                    "mobile": phone,
                } },
            },
        });
        let serde_json::Value::Object(capabilities) = capabilities else {
            unreachable!("an object")
        };
        ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&self.address)
            .await
            .expect("a session opens")
    }
}

fn port_of(line: &str) -> Option<u16> {
    let (_, rest) = line.split_once("started successfully on port ")?;
    rest.trim_end_matches('.').parse().ok()
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
