//! What stands above and below the lines of a statement.

use kernel::lang::{self, Lang, Text3};
use kernel::{Instant, Zone};
use payments::CURRENCY;
use payments::run::Kind as RunKind;
use sheet::{Column, Design, Kind, Words};

use super::{Approval, Frozen, words};

pub fn of(frozen: &Frozen, lang: Lang, zone: Zone) -> Design {
    let statement = &frozen.statement;
    let month = lang::month(frozen.run.month, lang);
    let total_in_words = lang::in_words(statement.total, CURRENCY, lang);
    Design {
        lang,
        currency: CURRENCY,
        title: said(&words::TITLE, lang),
        subtitle: format!("{month}, {} {}", said(&words::BANK, lang), statement.mfo),
        head: head(frozen, lang, zone),
        columns: columns(lang),
        lines: statement.lines,
        total: statement.total,
        total_in_words,
        signatures: words::SIGNATURES
            .iter()
            .map(|who| said(who, lang))
            .collect(),
        words: fixed(lang),
        made_on: made_at(frozen).day(zone),
    }
}

/// Of the last thing that the document tells: made again, it has the same bytes.
fn made_at(frozen: &Frozen) -> Instant {
    let approved = frozen.approvals.last().map(|approved| approved.at);
    approved.unwrap_or(frozen.sealed_at)
}

fn said(text: &Text3, lang: Lang) -> String {
    text.get(lang).into_owned()
}

fn head(frozen: &Frozen, lang: Lang, zone: Zone) -> Vec<(String, String)> {
    let (run, statement) = (&frozen.run, &frozen.statement);
    let kind = match run.kind {
        RunKind::Regular => String::new(),
        RunKind::Reissue => format!(", {}", words::REISSUE.get(lang)),
    };
    let approval = |at: usize| approval(frozen.approvals.get(at), lang, zone);
    let pairs = [
        (
            &words::MONTH,
            format!("{}{kind}", lang::month(run.month, lang)),
        ),
        (&words::RUN, run.id.to_string()),
        (&words::ORDER, frozen.order.id.to_string()),
        (&words::STATEMENT, statement.id.to_string()),
        (&words::BANK_MFO, statement.mfo.to_string()),
        (
            &words::LINES,
            lang::number(i64::try_from(statement.lines).unwrap_or(i64::MAX)),
        ),
        (&words::TOTAL, lang::money(statement.total, CURRENCY, lang)),
        (
            &words::IN_WORDS,
            lang::in_words(statement.total, CURRENCY, lang),
        ),
        (&words::SHA256, hex(&frozen.sha256)),
        (&words::APPROVED_FIRST, approval(0)),
        (&words::APPROVED_SECOND, approval(1)),
    ];
    let pair = |(name, value): (&Text3, String)| (said(name, lang), value);
    pairs.into_iter().map(pair).collect()
}

fn approval(approved: Option<&Approval>, lang: Lang, zone: Zone) -> String {
    match approved {
        Some(Approval { login, at }) => format!("{login}, {}", lang::time(*at, zone, lang)),
        None => said(&words::NOT_YET, lang),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn columns(lang: Lang) -> Vec<Column> {
    let column = |name: &Text3, kind, width| Column {
        name: said(name, lang),
        kind,
        width,
    };
    vec![
        column(&words::NUMBER, Kind::Number, 9),
        column(&words::NAME, Kind::Text, 38),
        column(&words::PINFL, Kind::Code, 17),
        column(&words::ACCOUNT, Kind::Code, 24),
        column(&words::SUM, Kind::Sum, 18),
        column(&words::DISTRICT, Kind::Text, 23),
    ]
}

fn fixed(lang: Lang) -> Words {
    Words {
        worksheet: said(&words::WORKSHEET, lang),
        total: said(&words::TOTAL, lang),
        page: said(&words::PAGE, lang),
        lines: words::COUNTED.each_ref().map(|form| said(form, lang)),
        on_this_page: said(&words::ON_THIS_PAGE, lang),
        from_the_start: said(&words::FROM_THE_START, lang),
        from_pages_before: said(&words::FROM_PAGES_BEFORE, lang),
        signature: said(&words::SIGNATURE, lang),
    }
}
