//! What must hold on every page: no accessibility rule of axe-core broken
//! (contrast 7:1 included), no sideways scrolling, no target too small.

use std::path::Path;

use fantoccini::Client;
use serde_json::{Value, json};

/// The rules of axe-core, when `npm ci` has brought them.
#[derive(Debug)]
pub struct Axe(Option<String>);

impl Axe {
    pub fn load() -> Axe {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("node_modules/axe-core/axe.min.js");
        let source = std::fs::read_to_string(&file).ok();
        if source.is_none() {
            eprintln!("SKIPPED: axe-core is not installed (npm ci in tests/browser)");
        }
        Axe(source)
    }

    pub fn is_loaded(&self) -> bool {
        self.0.is_some()
    }

    /// Broken rules of the open page, each with the first element that breaks it.
    pub async fn violations(&self, client: &Client) -> Vec<String> {
        let Some(source) = &self.0 else {
            return Vec::new();
        };
        client
            .execute(source, vec![])
            .await
            .expect("axe-core is injected");
        let options = json!({
            "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "wcag2aaa", "best-practice"],
            "rules": { "color-contrast-enhanced": { "enabled": true }, "target-size": { "enabled": true } },
        });
        let run = "const [options, done] = arguments;
            axe.run(document, options).then(r => done(r.violations.map(v => v.id + ': ' + v.nodes[0].html)));";
        let found = client
            .execute_async(run, vec![options])
            .await
            .expect("axe-core runs");
        strings(&found)
    }
}

/// Pixels by which the page is wider than the window.
pub async fn overflow(client: &Client) -> i64 {
    let script =
        "return document.documentElement.scrollWidth - document.documentElement.clientWidth;";
    client
        .execute(script, vec![])
        .await
        .expect("the width is read")
        .as_i64()
        .unwrap_or(-1)
}

/// Elements that stick out of the window, to find the guilty one.
pub async fn too_wide(client: &Client) -> Vec<String> {
    let script = "const w = document.documentElement.clientWidth;
        return [...document.querySelectorAll('body *')]
            .filter(e => e.getBoundingClientRect().right > w + 1 && getComputedStyle(e).position !== 'absolute')
            .slice(0, 3).map(e => e.outerHTML.slice(0, 120));";
    strings(
        &client
            .execute(script, vec![])
            .await
            .expect("the widths are read"),
    )
}

/// Links in running text may be one line high; every other target is at least 44 pixels, also one that
/// is shown only when its part of the page is opened.
pub async fn small_targets(client: &Client) -> Vec<String> {
    let script = "document.querySelectorAll('details').forEach(part => { part.open = true; });
        return [...document.querySelectorAll('a[href],button,input:not([type=hidden]),select,summary')]
        .filter(e => !e.closest('.skip') && !e.closest('li:not([class]) > a:only-child') && !e.hidden)
        .filter(e => !(e.tagName === 'A' && e.closest('p, main li') && getComputedStyle(e).display === 'inline'))
        .map(e => [e, (e.closest('label') || e).getBoundingClientRect()])
        .filter(([e, r]) => r.width < 44 || r.height < 43.5)
        .map(([e, r]) => Math.round(r.width) + 'x' + Math.round(r.height) + ' ' + e.outerHTML.slice(0, 90));";
    strings(
        &client
            .execute(script, vec![])
            .await
            .expect("the targets are measured"),
    )
}

fn strings(value: &Value) -> Vec<String> {
    let list = value.as_array().cloned().unwrap_or_default();
    list.iter()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}
