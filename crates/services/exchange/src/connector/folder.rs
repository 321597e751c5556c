//! The connectors at hand: those that come with the program, or those of a folder instead.

use std::path::Path;

use super::file::FILE_BYTES_MAX;
use super::{Connector, ConnectorRefused, Places};

/// Files of one folder.
const FILES_MAX: usize = 64;

macro_rules! shipped {
    ($($name:literal),+ $(,)?) => {
        &[$((
            concat!("connectors/", $name),
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../connectors/", $name)),
        )),+]
    };
}

/// As they lie in the repository, for the agencies of the sandbox.
const SHIPPED: &[(&str, &str)] = shipped![
    "civil_registry.toml",
    "tax.toml",
    "employment.toml",
    "cadastre.toml",
    "vehicles.toml",
    "pension_fund.toml",
    "bank.toml",
    "disability.toml",
    "health_insurance.toml",
    "education.toml",
    "non_state_pension_fund.toml",
    "voluntary_insurer.toml",
    "farmer_registry.toml",
    "social_insurance.toml",
];

/// Why there are no connectors.
#[derive(Debug, thiserror::Error)]
pub enum ConnectorsRefused {
    #[error(transparent)]
    File(#[from] ConnectorRefused),
    #[error("{file} cannot be read: {why}")]
    Unreadable { file: String, why: String },
    #[error("{file} is longer than {FILE_BYTES_MAX} bytes: a connector is one agency's file")]
    TooLong { file: String },
    #[error("{folder} holds more than {FILES_MAX} connectors: one file an agency is enough")]
    TooMany { folder: String },
    #[error("{folder} holds no connector: put one file NAME.toml an agency there")]
    Empty { folder: String },
    #[error("{file} and {other} are both for {agency}: keep one of them")]
    AgencyTwice {
        file: String,
        other: String,
        agency: &'static str,
    },
}

impl Connector {
    /// The connectors that come with the program: the agencies of the sandbox.
    pub fn shipped(places: &Places<'_>) -> Result<Vec<Connector>, ConnectorRefused> {
        let files = SHIPPED.iter();
        files
            .map(|(file, text)| Connector::parse(file, text, places))
            .collect()
    }

    /// Every `*.toml` of a folder, and nothing else: an agency without a file is not asked.
    pub fn in_folder(
        folder: &Path,
        places: &Places<'_>,
    ) -> Result<Vec<Connector>, ConnectorsRefused> {
        let mut connectors: Vec<Connector> = Vec::new();
        for file in files(folder)? {
            let connector = Connector::in_file(&file, places)?;
            let same = connectors
                .iter()
                .find(|known| known.agency == connector.agency);
            if let Some(known) = same {
                return Err(ConnectorsRefused::AgencyTwice {
                    file: known.file.clone(),
                    other: connector.file,
                    agency: connector.agency.name(),
                });
            }
            connectors.push(connector);
        }
        if connectors.is_empty() {
            let folder = folder.display().to_string();
            return Err(ConnectorsRefused::Empty { folder });
        }
        Ok(connectors)
    }

    pub fn in_file(file: &Path, places: &Places<'_>) -> Result<Connector, ConnectorsRefused> {
        let shown = file.display().to_string();
        let unreadable = |why: std::io::Error| unreadable(&shown, &why);
        if std::fs::metadata(file).map_err(unreadable)?.len() > FILE_BYTES_MAX {
            return Err(ConnectorsRefused::TooLong { file: shown });
        }
        let text = std::fs::read_to_string(file).map_err(unreadable)?;
        Ok(Connector::parse(&shown, &text, places)?)
    }
}

/// In the order of their names, so that errors come in the same order everywhere.
fn files(folder: &Path) -> Result<Vec<std::path::PathBuf>, ConnectorsRefused> {
    let shown = folder.display().to_string();
    let unreadable = |why: std::io::Error| unreadable(&shown, &why);
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            files.push(path);
        }
        if files.len() > FILES_MAX {
            return Err(ConnectorsRefused::TooMany { folder: shown });
        }
    }
    files.sort();
    Ok(files)
}

fn unreadable(file: &str, why: &std::io::Error) -> ConnectorsRefused {
    ConnectorsRefused::Unreadable {
        file: file.to_owned(),
        why: why.to_string(),
    }
}
