//! `daftar explain`: a decision in words and conditions.

use access::{Action, Area, Purpose, Scope, Subject};
use app::Daftar;
use casework::Case;
use kernel::{CaseId, Lang};
use rules::Trace;
use rules::outcome::Truth;

use crate::args::{Common, Explain};
use crate::config;
use crate::failure::Failure;
use crate::show::Show;

pub async fn run(common: &Common, args: &Explain) -> Result<(), Failure> {
    let lang = language(&args.lang)?;
    let daftar = Daftar::open(config::existing(common)).await?;
    let case = find(&daftar, &args.case).await?;
    let scope = Scope::case(case.id, case.applicant, Area::District(case.district));
    let platform = &daftar.platform;
    let asks = Subject::system();
    let permit = access::permit(
        platform,
        &asks,
        Action::AssessCase,
        Purpose::Oversight,
        scope,
    )
    .await?;
    let mut tx = platform.db.read().await?;
    let explained = casework::letter::explain(&mut tx, &permit, &daftar.shelf, &case).await?;
    let letter = casework::letter::of(&mut tx, &permit, &daftar.shelf, &case, lang).await?;
    let mut text = format!("{}\n\n", letter.subject);
    text.push_str(&letter.paragraphs.join("\n\n"));
    text.push_str("\n\n");
    text.push_str(&conditions(&explained.trace, lang));
    for change in casework::letter::nearest(&mut tx, &permit, &daftar.shelf, &case).await? {
        text.push_str(&format!("{}\n", change.text.get(lang)));
    }
    Show::new(common).result(&text, &explained.trace);
    Ok(())
}

pub fn language(tag: &str) -> Result<Lang, Failure> {
    match tag {
        "uz" => Ok(Lang::UzLatn),
        "uz-cyrl" => Ok(Lang::UzCyrl),
        "ru" => Ok(Lang::Ru),
        "en" => Ok(Lang::En),
        other => Err(Failure::argument(
            "--lang",
            format!("{other} is none of uz, uz-cyrl, ru, en"),
        )),
    }
}

pub async fn find(daftar: &Daftar, typed: &str) -> Result<Case, Failure> {
    let mut tx = daftar.platform.db.read().await?;
    let found = match typed.parse::<CaseId>() {
        Ok(id) => casework::case::find(&mut tx, id).await?,
        Err(_) => casework::case::find_by_number(&mut tx, typed).await?,
    };
    found.ok_or_else(|| {
        let why = format!("there is no case {typed}; the number stands on the letter, like 4F7K29");
        Failure::Failed(why)
    })
}

fn word(truth: Truth, lang: Lang) -> &'static str {
    let words = match truth {
        Truth::Met => ["bajarilgan", "бажарилган", "выполнено", "met"],
        Truth::NotMet => ["bajarilmagan", "бажарилмаган", "не выполнено", "not met"],
        Truth::Unknown => ["nomaʼlum", "номаълум", "неизвестно", "unknown"],
        Truth::NotYet => ["hali emas", "ҳали эмас", "ещё не пора", "not yet"],
    };
    match lang {
        Lang::UzLatn => words[0],
        Lang::UzCyrl => words[1],
        Lang::Ru => words[2],
        Lang::En => words[3],
    }
}

/// One line a condition: its outcome, its sentence, its article.
fn conditions(trace: &Trace, lang: Lang) -> String {
    let mut text = String::new();
    for condition in &trace.conditions {
        let text_of = condition.text.get(lang);
        text.push_str(&format!(
            "[{}] {text_of} ({})\n",
            word(condition.truth, lang),
            condition.law.get(lang)
        ));
    }
    text.push_str(&format!("Pack {} {}\n", trace.pack, trace.pack_hash));
    text
}
