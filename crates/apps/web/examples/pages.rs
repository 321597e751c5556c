//! Writes every page with made-up data, in every language, as files to look at:
//! `cargo run -p web --example pages -- FOLDER`. A static server shows them.

use std::path::PathBuf;

use kernel::lang::Lang;
use web::pages::samples;

fn main() -> std::io::Result<()> {
    let folder = PathBuf::from(
        std::env::args()
            .nth(1)
            .unwrap_or_else(|| "target/pages".into()),
    );
    let style = web::style::path();
    for lang in Lang::ALL {
        let room = folder.join(lang.tag());
        std::fs::create_dir_all(&room)?;
        std::fs::write(room.join("style.css"), web::style::CSS)?;
        for sample in samples::all(lang) {
            let html = sample.html.replace(&style, "style.css");
            std::fs::write(room.join(format!("{}.html", sample.name)), html)?;
        }
    }
    Ok(())
}
