//! Words to people in an answer, in the language that its request names. The standard has `locale` at
//! each request (ISO 639-3). What is none of ours is answered in English.
//!
//! A refusal is told by its code's own sentence; what exactly is wrong stands behind it as whoever wrote
//! the program reads it: names of fields and maxima are not translated.

use kernel::lang::{Lang, Text3};
use serde_json::{Map, Value};

use super::envelope;
use super::refusal::bounded;
use super::wanted::Rejected;

fn lang_of(item: &Map<String, Value>) -> Lang {
    match envelope::locale(item) {
        Some("uzb") => Lang::UzLatn,
        Some("rus") => Lang::Ru,
        _ => Lang::En,
    }
}

/// What the answer says its language is: of a request that names none of ours, English; of one that
/// names none, nothing.
pub(super) fn locale_of(item: &Map<String, Value>) -> Option<&'static str> {
    envelope::locale(item)?;
    Some(match lang_of(item) {
        Lang::UzLatn | Lang::UzCyrl => "uzb",
        Lang::Ru => "rus",
        Lang::En => "eng",
    })
}

/// Why one request was refused.
pub(super) fn of_refusal(item: &Map<String, Value>, rejected: &Rejected) -> String {
    of_text(item, &text_of(rejected))
}

/// The same in each language.
pub(super) fn text_of(rejected: &Rejected) -> Text3 {
    let why = rejected.message.as_str();
    match sentence(rejected.code) {
        Some(Text3 { uz, ru, .. }) => {
            Text3::new(format!("{uz} ({why})"), format!("{ru} ({why})"), why)
        }
        None => Text3::same(why),
    }
}

pub(super) fn of_text(item: &Map<String, Value>, text: &Text3) -> String {
    bounded(&text.get(lang_of(item)))
}

/// What a code says to people; in English the words of the refusal themselves do.
fn sentence(code: &str) -> Option<&'static Text3> {
    let known = SENTENCES.iter().find(|(known, _)| *known == code);
    known.map(|(_, sentence)| sentence)
}

const fn said(uz: &'static str, ru: &'static str) -> Text3 {
    Text3::fixed(uz, ru, "")
}

/// Every code with which one request of a message is refused.
#[rustfmt::skip]
const SENTENCES: &[(&str, Text3)] = &[
    ("rjct.event.already_subscribed", said("Bunga allaqachon obuna boʻlingan.", "Эта подписка уже есть.")),
    ("rjct.fa.invalid", said("Hisob raqami notoʻgʻri yoki bu shaxsga bogʻlanmagan.", "Счёт указан неверно или не связан с этим лицом.")),
    ("rjct.id.invalid", said("Shaxs raqami notoʻgʻri yoki bu shaxs haqida sizga maʼlumot berilmaydi.", "Номер лица неверен, или об этом лице вам не сообщают.")),
    ("rjct.notify_details.invalid", said("Nima haqida xabar berish kerakligini oʻqib boʻlmadi.", "Не удалось прочитать, о чём сообщать.")),
    ("rjct.notify_types.invalid", said("Bunday hodisa yoʻq.", "Такого события нет.")),
    ("rjct.other.error", said("Soʻrov rad etildi.", "В запросе отказано.")),
    ("rjct.pagination.invalid", said("Sahifa raqami yoki hajmi notoʻgʻri.", "Номер или размер страницы указан неверно.")),
    ("rjct.person_id.invalid", said("Bu shaxs raqami emas.", "Это не номер лица.")),
    ("rjct.resolve_type.not_supported", said("Bu turdagi maʼlumot berilmaydi.", "Сведения этого вида не выдаются.")),
    ("rjct.search.too_many_records_found", said("Juda koʻp yozuv topildi. Soʻrovni toraytiring.", "Найдено слишком много записей. Уточните запрос.")),
    ("rjct.search_criteria.invalid", said("Qidiruv shartini oʻqib boʻlmadi yoki bu haqda soʻrab boʻlmaydi.", "Условие поиска не читается, или об этом нельзя спросить.")),
    ("rjct.sort.invalid", said("Tartiblash shartini oʻqib boʻlmadi.", "Порядок записей не читается.")),
    ("rjct.timestamp.invalid", said("Soʻrov vaqti notoʻgʻri yoki vaqt mintaqasi yoʻq.", "Время запроса неверно или без часового пояса.")),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dci::catalogue::ERRORS;
    use serde_json::json;

    fn told(locale: Value, code: &'static str) -> String {
        let item = json!({ "locale": locale });
        let rejected = Rejected {
            code,
            message: "page_size is 1 to 50".to_owned(),
        };
        of_refusal(item.as_object().unwrap(), &rejected)
    }

    #[test]
    fn a_refusal_is_told_in_the_language_of_its_request() {
        let code = "rjct.pagination.invalid";
        let (uz, ru) = (told("uzb".into(), code), told("rus".into(), code));
        assert_eq!(
            uz,
            "Sahifa raqami yoki hajmi notoʻgʻri. (page_size is 1 to 50)"
        );
        assert_eq!(
            ru,
            "Номер или размер страницы указан неверно. (page_size is 1 to 50)"
        );
        for other in [
            json!("eng"),
            json!("fra"),
            json!("en"),
            json!(7),
            json!(null),
        ] {
            assert_eq!(told(other, code), "page_size is 1 to 50");
        }
        assert_eq!(told("rus".into(), "of.nobody"), "page_size is 1 to 50");
        let locale = |named: &str| {
            let item = json!({ "locale": named });
            locale_of(item.as_object().unwrap())
        };
        assert_eq!(locale("rus"), Some("rus"));
        assert_eq!((locale("fra"), locale("en")), (Some("eng"), None));
    }

    #[test]
    fn every_code_of_one_request_has_a_sentence_in_both_languages() {
        for (code, sentence) in SENTENCES {
            assert!(ERRORS.iter().any(|known| known.code == *code), "{code}");
            assert!(sentence.uz.ends_with('.') && sentence.ru.ends_with('.'));
            let latin = |text: &str| text.chars().any(|c| c.is_ascii_alphabetic());
            assert!(latin(&sentence.uz) && !latin(&sentence.ru), "{code}");
        }
        // What is refused as a whole is told by no request's locale.
        const WHOLE: [&str; 9] = [
            "rjct.action.invalid",
            "rjct.event.already_unsubscribed",
            "rjct.message_id.duplicate",
            "rjct.message_ts.invalid",
            "rjct.reference_id.duplicate",
            "rjct.reference_id.invalid",
            "rjct.subscription_code.invalid",
            "rjct.total_count.invalid",
            "rjct.total_count.limit_exceeded",
        ];
        let codes = ERRORS.iter().map(|known| known.code);
        let codes = codes.filter(|code| code.starts_with("rjct") && !code.contains("version"));
        for code in codes.filter(|code| !WHOLE.contains(code)) {
            assert!(sentence(code).is_some(), "{code}");
        }
    }
}
