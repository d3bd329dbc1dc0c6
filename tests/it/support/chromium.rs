//! A real browser without a window, driven over a pipe by the DevTools protocol. It reaches nothing but loopback.

#![allow(clippy::unwrap_used, reason = "a test whose browser fails cannot go on")]

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

/// The protocol wants file 3 to read from and file 4 to write to.
const PIPES: &str = "exec \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>&1";
const PATIENCE: Duration = Duration::from_secs(60);

/// The browser with one page open.
pub(crate) struct Chromium {
    child: Child,
    commands: ChildStdin,
    answers: Receiver<Value>,
    session: Option<String>,
    count: u64,
    _profile: TempDir,
}

impl Chromium {
    /// Starts it; `None` where it is not installed.
    pub(crate) fn start() -> Option<Self> {
        let program = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].map(PathBuf::from);
        let program = program.into_iter().find(|path| path.exists())?;
        let profile = tempfile::tempdir().unwrap();
        let mut child = Command::new("/bin/sh")
            .args(["-c", PIPES, "sh"])
            .arg(program)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"])
            .args(["--disable-background-networking", "--disable-component-update", "--remote-debugging-pipe"])
            .arg("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (commands, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let (send, answers) = channel();
        std::thread::spawn(move || {
            for message in BufReader::new(output).split(0).map_while(Result::ok) {
                if send.send(serde_json::from_slice(&message).unwrap()).is_err() {
                    return;
                }
            }
        });
        let mut chromium = Self { child, commands, answers, session: None, count: 0, _profile: profile };
        let page = chromium.call("Target.createTarget", json!({ "url": "about:blank" }));
        let attach = json!({ "targetId": page["targetId"], "flatten": true });
        chromium.session = chromium.call("Target.attachToTarget", attach)["sessionId"].as_str().map(str::to_owned);
        chromium.call("Page.enable", json!({}));
        Some(chromium)
    }

    /// Goes to `url` as if it was typed, and gives what `script` resolves to there.
    pub(crate) fn visit(&mut self, url: &str, script: &str) -> Value {
        self.call("Page.navigate", json!({ "url": url }));
        while self.next()["method"] != "Page.loadEventFired" {}
        self.evaluate(script)
    }

    /// Gives what `script` resolves to on the page that is open.
    #[track_caller]
    pub(crate) fn evaluate(&mut self, script: &str) -> Value {
        let evaluate = json!({ "expression": script, "awaitPromise": true, "returnByValue": true });
        let answer = self.call("Runtime.evaluate", evaluate);
        assert!(answer["exceptionDetails"].is_null(), "{script}: {answer}");
        answer["result"]["value"].clone()
    }

    /// Makes the window so large, in CSS pixels, in light or dark.
    pub(crate) fn resize(&mut self, width: u32, height: u32, dark: bool) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.call("Emulation.setDeviceMetricsOverride", size);
        let scheme = json!([{ "name": "prefers-color-scheme", "value": if dark { "dark" } else { "light" } }]);
        self.call("Emulation.setEmulatedMedia", json!({ "features": scheme }));
    }

    /// Goes to the next field.
    pub(crate) fn tab(&mut self) {
        let tab = |kind: &str| json!({ "type": kind, "key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9 });
        self.call("Input.dispatchKeyEvent", tab("keyDown"));
        self.call("Input.dispatchKeyEvent", tab("keyUp"));
    }

    /// Presses and releases a key as a person would; `text` is what it writes, if it writes.
    pub(crate) fn press(&mut self, key: &str, text: Option<&str>, modifiers: u32) {
        let code = match key {
            "Enter" => 13,
            "Escape" => 27,
            _ => 0,
        };
        let mut down = json!({
            "type": "keyDown", "key": key, "modifiers": modifiers, "windowsVirtualKeyCode": code,
        });
        if let Some(text) = text {
            down["text"] = json!(text);
        }
        self.call("Input.dispatchKeyEvent", down);
        self.call("Input.dispatchKeyEvent", json!({ "type": "keyUp", "key": key, "modifiers": modifiers }));
    }

    fn call(&mut self, method: &str, params: Value) -> Value {
        self.count += 1;
        let mut message = json!({ "id": self.count, "method": method, "params": params });
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        self.commands.write_all(format!("{message}\0").as_bytes()).unwrap();
        loop {
            let answer = self.next();
            if answer["id"] == self.count {
                assert!(answer["error"].is_null(), "{method}: {answer}");
                return answer["result"].clone();
            }
        }
    }

    fn next(&self) -> Value {
        self.answers.recv_timeout(PATIENCE).expect("the browser answers within a minute")
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
