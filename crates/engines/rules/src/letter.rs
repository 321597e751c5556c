//! Letters and short messages, made from the trace and the pack's texts.
//!
//! Nothing is said that the trace does not hold. A letter names nobody; the
//! caller puts name and address above it. A short message has neither name nor
//! sum, fits one message, and in Latin Uzbek uses the ASCII apostrophe.

use crate::explain::{Trace, filled};
use crate::outcome::Truth;
use crate::pack::{AtEnd, LetterKind, LetterTexts, Pack};
use kernel::{Currency, Lang, Text3, lang as written};
use std::borrow::Cow;

#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Letter {
    pub subject: String,
    pub paragraphs: Vec<String>,
    pub sms: String,
}

/// `None` when the pack has no such letter (it has no human steps, say).
pub fn letter(pack: &Pack, trace: &Trace, lang: Lang, kind: LetterKind) -> Option<Letter> {
    let texts = pack.letters.get(&kind)?;
    let writer = Writer { trace, texts, lang };
    let paragraphs = texts
        .paragraphs
        .iter()
        .flat_map(|text| writer.paragraph(text))
        .collect();
    Some(Letter {
        subject: writer.line(&texts.subject),
        paragraphs,
        sms: writer.sms(),
    })
}

struct Writer<'a> {
    trace: &'a Trace,
    texts: &'a LetterTexts,
    lang: Lang,
}

impl Writer<'_> {
    /// A paragraph; several, where a placeholder for several lines stands alone;
    /// none, where what it speaks of is not there.
    fn paragraph(&self, text: &Text3) -> Vec<String> {
        if let Some(lines) = self.lines(text.uz.trim()) {
            return lines;
        }
        let mut whole = true;
        let line = filled(text, self.lang, |place| {
            let value = self.place(place);
            whole &= value.is_some();
            value.map(Cow::into_owned)
        });
        // A sentence about something that is not there (no last month) is left out.
        if whole { vec![line] } else { Vec::new() }
    }

    fn line(&self, text: &Text3) -> String {
        filled(text, self.lang, |place| {
            Some(
                self.place(place)
                    .map_or_else(|| "—".into(), Cow::into_owned),
            )
        })
    }

    /// What stands for a placeholder that is a paragraph by itself.
    fn lines(&self, text: &str) -> Option<Vec<String>> {
        let trace = self.trace;
        Some(match text {
            "{reasons}" => self.reasons(),
            "{conditions}" => {
                let counted = trace
                    .conditions
                    .iter()
                    .filter(|condition| condition.truth != Truth::NotYet);
                counted
                    .map(|condition| condition.text.get(self.lang).to_owned())
                    .collect()
            }
            "{arithmetic}" => trace
                .arithmetic
                .iter()
                .map(|line| line.text(self.lang))
                .collect(),
            "{needs}" => self.needs(),
            "{changes}" => self.changes(),
            "{silent}" => match &self.texts.silent {
                Some(silent) if !trace.needs.is_empty() => {
                    let needs = self.needs().join("; ");
                    vec![filled(silent, self.lang, |place| {
                        (place == "needs").then(|| needs.clone())
                    })]
                }
                _ => Vec::new(),
            },
            _ => return None,
        })
    }

    /// Each condition not met, with its law and the rows it rests on.
    fn reasons(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for condition in self
            .trace
            .conditions
            .iter()
            .filter(|condition| condition.truth == Truth::NotMet)
        {
            lines.push(format!(
                "{} ({})",
                condition.text.get(self.lang),
                condition.law.get(self.lang)
            ));
            lines.extend(
                condition
                    .evidence
                    .iter()
                    .map(|row| format!("— {}", row.text(self.lang))),
            );
        }
        lines
    }

    fn changes(&self) -> Vec<String> {
        let changes = self
            .trace
            .changes
            .iter()
            .map(|change| change.text.get(self.lang).to_owned());
        let refused = self
            .trace
            .conditions
            .iter()
            .filter(|condition| condition.truth == Truth::NotMet);
        let mut lines: Vec<String> = changes.collect();
        for advice in refused.filter_map(|condition| condition.advice.as_ref()) {
            let advice = advice.get(self.lang).to_owned();
            if !lines.contains(&advice) {
                lines.push(advice);
            }
        }
        lines
    }

    /// Agencies and what they owe, each once.
    fn needs(&self) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for need in &self.trace.needs {
            let line = format!(
                "{}: {}",
                need.agency.get(self.lang),
                need.kind.get(self.lang)
            );
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        lines
    }

    fn place(&self, place: &str) -> Option<Cow<'_, str>> {
        let (trace, lang) = (self.trace, self.lang);
        Some(match place {
            "regime" => trace.regime.get(lang).into(),
            "law" => trace.law.get(lang).into(),
            "programme" => trace.programme.as_ref()?.label.get(lang).into(),
            "category" => trace.category.as_ref()?.label.get(lang).into(),
            "amount" => written::money(trace.amount?, Currency::Uzs, lang).into(),
            "per_capita" => trace.per_capita?.text(lang).into(),
            "applied_on" => written::date(trace.applied_on, lang).into(),
            "decided_on" => written::date(trace.decided_on, lang).into(),
            "window" => {
                let first = trace.window_end.plus(-2);
                format!(
                    "{} – {}",
                    written::month(first, lang),
                    written::month(trace.window_end, lang)
                )
                .into()
            }
            "term" => term(trace, lang)?.into(),
            "until" => written::month(trace.last_month?, lang).into(),
            "needs" => self.needs().join("; ").into(),
            _ => return None,
        })
    }

    fn sms(&self) -> String {
        let date = written::date_short(self.trace.applied_on);
        match self.lang {
            Lang::UzCyrl => self.texts.sms_cyrillic.replace("{applied_on}", &date),
            lang => filled(&self.texts.sms, lang, |place| {
                (place == "applied_on").then(|| date.clone())
            }),
        }
    }
}

/// How long the award runs and what comes then.
fn term(trace: &Trace, lang: Lang) -> Option<String> {
    let term = trace.term?;
    let months = term.months;
    let (run, end) = match lang {
        Lang::UzLatn => (
            format!("{months} oyga"),
            match term.at_end {
                AtEnd::Reassess => "keyin arizasiz qayta baholanadi",
                AtEnd::Renewal => "keyin tizim tayyorlagan yangilashni tasdiqlaysiz",
                AtEnd::Stop => "keyin toʻlov tugaydi",
            },
        ),
        Lang::UzCyrl => (
            format!("{months} ойга"),
            match term.at_end {
                AtEnd::Reassess => "кейин аризасиз қайта баҳоланади",
                AtEnd::Renewal => "кейин тизим тайёрлаган янгилашни тасдиқлайсиз",
                AtEnd::Stop => "кейин тўлов тугайди",
            },
        ),
        Lang::Ru => (
            format!(
                "на {}",
                written::counted(lang, u64::from(months), ["месяц", "месяца", "месяцев"])
            ),
            match term.at_end {
                AtEnd::Reassess => "затем переоценка без заявления",
                AtEnd::Renewal => "затем вы подтвердите продление, подготовленное системой",
                AtEnd::Stop => "затем выплата прекратится",
            },
        ),
        Lang::En => (
            format!(
                "for {}",
                written::counted(lang, u64::from(months), ["month", "months", "months"])
            ),
            match term.at_end {
                AtEnd::Reassess => "then reassessed without an application",
                AtEnd::Renewal => "then you confirm a renewal that the system prepares",
                AtEnd::Stop => "then the payment ends",
            },
        ),
    };
    Some(format!("{run}; {end}"))
}
