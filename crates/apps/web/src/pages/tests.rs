//! Every page, in every language, from made-up data.

use kernel::lang::Lang;

use super::samples::{self, Sample};

fn each(mut check: impl FnMut(Lang, &Sample)) {
    for lang in Lang::ALL {
        for sample in samples::all(lang) {
            check(lang, &sample);
        }
    }
}

/// Values of an attribute, in order.
fn attributes<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let opening = format!(" {name}=\"");
    html.split(&opening)
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect()
}

/// Start tags of one element.
fn tags<'a>(html: &'a str, element: &str) -> Vec<&'a str> {
    let opening = format!("<{element}");
    html.split(&opening)
        .skip(1)
        .filter_map(|rest| rest.split_once('>'))
        .map(|(tag, _)| tag)
        .filter(|tag| tag.is_empty() || tag.starts_with(char::is_whitespace))
        .collect()
}

#[test]
fn every_page_says_its_language_and_has_one_heading_and_one_title() {
    each(|lang, sample| {
        let html = &sample.html;
        assert!(
            html.contains(&format!("<html lang=\"{}\">", lang.tag())),
            "{}",
            sample.name
        );
        for element in ["h1", "title", "main", "footer"] {
            assert_eq!(tags(html, element).len(), 1, "{}: <{element}>", sample.name);
        }
        assert!(!html.contains("<title> ·"), "{}: no title", sample.name);
    });
}

#[test]
fn every_control_has_a_label() {
    each(|_, sample| {
        let html = &sample.html;
        let labelled = attributes(html, "for");
        for input in tags(html, "input") {
            let hidden = input.contains("type=\"hidden\"");
            let wrapped = input.contains("type=\"radio\"") || input.contains("type=\"checkbox\"");
            let id = attributes(input, "id");
            let bound = id.first().is_some_and(|id| labelled.contains(id));
            assert!(
                hidden || wrapped || bound,
                "{}: <input{input}>",
                sample.name
            );
            if wrapped {
                assert!(
                    html.contains(&format!("<label class=\"tick\"><input{input}>")),
                    "{}",
                    sample.name
                );
            }
        }
    });
}

#[test]
fn ids_stand_once_and_what_is_referred_to_exists() {
    each(|_, sample| {
        let html = &sample.html;
        let ids = attributes(html, "id");
        let mut once = ids.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(
            ids.len(),
            once.len(),
            "{}: an id stands twice in {ids:?}",
            sample.name
        );
        let pointers = ["aria-describedby", "aria-labelledby", "for", "form"];
        let referred = pointers.iter().flat_map(|name| attributes(html, name));
        let anchors = attributes(html, "href")
            .into_iter()
            .filter_map(|href| href.strip_prefix('#'));
        for id in referred.flat_map(str::split_whitespace).chain(anchors) {
            assert!(
                ids.contains(&id),
                "{}: nothing has the id {id}",
                sample.name
            );
        }
    });
}

#[test]
fn elements_are_closed_in_the_order_they_were_opened() {
    const VOID: [&str; 5] = ["meta", "link", "input", "br", "rect"];
    each(|_, sample| {
        let mut open = Vec::new();
        for piece in sample.html.split('<').skip(1) {
            let name: String = piece
                .trim_start_matches('/')
                .chars()
                .take_while(char::is_ascii_alphanumeric)
                .collect();
            if piece.starts_with('!') || VOID.contains(&name.as_str()) {
                continue;
            }
            if piece.starts_with('/') {
                assert_eq!(
                    open.pop().as_ref(),
                    Some(&name),
                    "{}: </{name}>",
                    sample.name
                );
            } else {
                open.push(name);
            }
        }
        assert_eq!(open, Vec::<String>::new(), "{}", sample.name);
    });
}

/// Words of the page without markup, code, and the language switch.
fn words(html: &str) -> String {
    let body = html.split_once("<main").map_or(html, |(_, body)| body);
    let mut out = String::new();
    for piece in body.split('<') {
        let (tag, text) = piece.split_once('>').unwrap_or(("", piece));
        if !tag.contains("class=\"code\"") {
            out.push_str(text);
            out.push(' ');
        }
    }
    out
}

#[test]
fn no_cyrillic_stands_on_a_latin_page() {
    each(|lang, sample| {
        if matches!(lang, Lang::UzLatn | Lang::En) {
            let stray: String = words(&sample.html)
                .chars()
                .filter(|c| matches!(c, '\u{0400}'..='\u{052F}'))
                .take(20)
                .collect();
            assert_eq!(stray, "", "{} in {lang}", sample.name);
        }
    });
}

#[test]
fn pages_need_no_script_no_inline_style_and_nothing_from_elsewhere() {
    each(|_, sample| {
        for banned in [
            "<script",
            " style=",
            "javascript:",
            " onclick",
            "https://",
            "http://",
            "<img",
            "<iframe",
        ] {
            assert!(!sample.html.contains(banned), "{}: {banned}", sample.name);
        }
        assert!(
            sample.html.len() < 60_000,
            "{}: {} bytes",
            sample.name,
            sample.html.len()
        );
    });
}

#[test]
fn every_page_ends_with_the_telephone_and_offers_the_other_languages() {
    each(|_, sample| {
        assert!(sample.html.contains("href=\"tel:1140\""), "{}", sample.name);
        let links = Lang::ALL
            .iter()
            .filter(|lang| sample.html.contains(lang.own_name()))
            .count();
        assert_eq!(links, 4, "{}", sample.name);
    });
}

#[test]
fn a_page_with_mistakes_says_so_in_its_title_and_twice_beside_the_field() {
    for lang in Lang::ALL {
        for sample in samples::all(lang)
            .iter()
            .filter(|sample| sample.name.ends_with("-errors"))
        {
            let t = crate::i18n::T::new(lang);
            assert!(
                sample
                    .html
                    .contains(&format!("<title>{}", t.error_prefix())),
                "{}",
                sample.name
            );
            let summary = sample
                .html
                .split("class=\"summary\"")
                .nth(1)
                .expect("a summary");
            let message = summary
                .split("</a>")
                .next()
                .and_then(|part| part.rsplit('>').next())
                .expect("a message");
            assert!(
                sample.html.matches(message).count() >= 2,
                "{}: {message}",
                sample.name
            );
        }
    }
}

#[test]
fn a_refusal_always_says_why_what_would_change_it_and_what_to_do() {
    for lang in Lang::ALL {
        let samples = samples::all(lang);
        let refusal = samples
            .iter()
            .find(|sample| sample.name == "decision-refused")
            .expect("a refusal");
        for block in [
            "answer", "reason", "facts", "sum", "change", "now", "who", "proof",
        ] {
            let section = refusal
                .html
                .split(&format!("id=\"{block}\""))
                .nth(1)
                .unwrap_or_else(|| panic!("{block}"));
            let section = section.split("</section>").next().unwrap_or("");
            assert!(
                words(section).trim().chars().count() > 20,
                "{block} is empty in {lang}"
            );
        }
    }
}

#[test]
fn the_style_sheet_is_small_and_follows_the_house() {
    use crate::style::CSS;
    // No compressor here: CSS of this kind shrinks to under a third; the browser tests weigh it exactly.
    assert!(
        CSS.len() / 3 < crate::style::GZIP_BYTES_MAX,
        "{} bytes",
        CSS.len()
    );
    assert!(!CSS.contains("url("), "nothing is fetched");
    assert!(CSS.contains("118.75%"), "19 px");
    assert!(CSS.contains("@media print"));
}

#[test]
fn pages_look_as_they_did() {
    for (lang, names) in [
        (Lang::UzLatn, ["sign-in-errors", "decision-refused"]),
        (Lang::UzCyrl, ["lodge-errors", "decision-awarded"]),
        (Lang::Ru, ["run-settled", "my-payments"]),
        (Lang::En, ["cases", "error-forbidden"]),
    ] {
        for sample in samples::all(lang) {
            if names.contains(&sample.name) {
                // A page of another style sheet is not another page.
                let html = sample.html.replace(&crate::style::path(), "/style.css");
                insta::assert_snapshot!(format!("{}-{}", sample.name, lang.tag()), html);
            }
        }
    }
}
