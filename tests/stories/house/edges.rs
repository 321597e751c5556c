//! The allowed edges between crates. Cargo is the fence; this table is the law that it holds.

use std::collections::BTreeSet;

/// `(folder, crate, crates of ours that it may use)`. The three at the foot of the house,
/// `kernel`, `store` and `access`, are open to every floor above their own.
const ALLOWED: &[(&str, &str, &[&str])] = &[
    ("engines", "kernel", &[]),
    ("engines", "rules", &["kernel"]),
    ("engines", "ledger", &["kernel"]),
    ("engines", "bankfile", &["kernel"]),
    ("engines", "signing", &[]),
    ("engines", "sheet", &["kernel"]),
    ("platform", "store", &["kernel"]),
    ("platform", "access", &["kernel", "store"]),
    ("services", "registry", &["kernel", "store", "access"]),
    (
        "services",
        "exchange",
        &[
            "kernel", "store", "access", "registry", "payments", "signing",
        ],
    ),
    (
        "services",
        "casework",
        &["kernel", "store", "access", "registry", "rules"],
    ),
    (
        "services",
        "payments",
        &["kernel", "store", "access", "ledger", "bankfile", "signing"],
    ),
    (
        "services",
        "insight",
        &["kernel", "store", "access", "rules"],
    ),
    (
        "apps",
        "app",
        &[
            "kernel", "store", "access", "rules", "registry", "exchange", "casework", "payments",
            "insight", "signing", "sheet",
        ],
    ),
    (
        "apps",
        "web",
        &[
            "kernel", "store", "access", "rules", "registry", "casework", "payments", "exchange",
            "app", "sheet",
        ],
    ),
    (
        "apps",
        "daftar",
        &[
            "kernel", "store", "access", "rules", "registry", "exchange", "casework", "payments",
            "app", "web", "insight", "signing",
        ],
    ),
    // The sandbox is another country: it meets Daftar only over the wire.
    ("apps", "sandbox", &["kernel"]),
];

/// Crates that only some floors may use: an engine does no IO, only `web` serves HTTP.
const RESERVED: &[(&str, &[&str])] = &[
    ("axum", &["web", "sandbox"]),
    ("askama", &["web"]),
    (
        "reqwest",
        &["exchange", "payments", "app", "daftar", "sandbox"],
    ),
    (
        "sqlx",
        &[
            "store", "access", "registry", "exchange", "casework", "payments", "app",
        ],
    ),
    (
        "tokio",
        &[
            "store", "access", "registry", "exchange", "casework", "payments", "app", "web",
            "daftar", "sandbox",
        ],
    ),
];

struct Manifest {
    name: String,
    floor: String,
    dependencies: BTreeSet<String>,
}

fn manifests() -> Vec<Manifest> {
    super::files_under(&super::root().join("crates"), "toml")
        .iter()
        .filter(|path| path.file_name().is_some_and(|name| name == "Cargo.toml"))
        .map(|path| {
            let folder = path.parent().expect("a manifest lies in a folder");
            let floor = folder.parent().expect("a crate lies on a floor");
            let name =
                |path: &std::path::Path| path.file_name().unwrap().to_string_lossy().into_owned();
            let text = std::fs::read_to_string(path).expect("a manifest can be read");
            Manifest {
                name: name(folder),
                floor: name(floor),
                dependencies: dependencies(&text),
            }
        })
        .collect()
}

/// Names under `[dependencies]`; what only tests need (`dev-dependencies`) is free.
fn dependencies(manifest: &str) -> BTreeSet<String> {
    manifest
        .lines()
        .skip_while(|line| line.trim() != "[dependencies]")
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split(['.', '=', ' ']).next())
        .filter(|name| !name.is_empty() && !name.starts_with('#'))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_crate_stands_on_its_floor_and_uses_only_what_its_row_allows() {
    let ours: BTreeSet<&str> = ALLOWED.iter().map(|row| row.1).collect();
    let manifests = manifests();
    assert_eq!(
        manifests.len(),
        ALLOWED.len(),
        "a crate without a row, or a row without a crate"
    );
    for manifest in manifests {
        let row = ALLOWED.iter().find(|row| row.1 == manifest.name);
        let (floor, name, allowed) = row.unwrap_or_else(|| panic!("{} has no row", manifest.name));
        assert_eq!(manifest.floor, *floor, "{name} stands on the wrong floor");
        for used in manifest
            .dependencies
            .iter()
            .filter(|used| ours.contains(used.as_str()))
        {
            assert!(
                allowed.contains(&used.as_str()),
                "{name} may not use {used}"
            );
        }
        for (library, users) in RESERVED {
            let uses = manifest.dependencies.contains(*library);
            assert!(
                !uses || users.contains(name),
                "{name} may not use {library}"
            );
        }
    }
}

#[test]
fn a_forbidden_edge_would_be_seen() {
    let manifest = "[package]\nname = \"x\"\n[dependencies]\nkernel.workspace = true\nweb = { path = \"..\" }\n[dev-dependencies]\naxum = \"1\"\n";
    assert_eq!(
        dependencies(manifest),
        BTreeSet::from(["kernel".to_owned(), "web".to_owned()])
    );
}
