//! Every code that a partner's message may be refused with: what it means and what to do. The page
//! `docs/exchange-errors.md` and `daftar partner errors` are made of it.

/// One code of the standard, or of ours where the standard has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Known {
    pub code: &'static str,
    pub means: &'static str,
    pub to_do: &'static str,
}

const fn known(code: &'static str, means: &'static str, to_do: &'static str) -> Known {
    Known { code, means, to_do }
}

/// In the order of the alphabet.
#[rustfmt::skip]
pub const ERRORS: &[Known] = &[
    known("err.encryption.invalid", "the message is plain where encryption is agreed, or encrypted where it is not, or cannot be opened", "encrypt to the newest key of the use `enc` in `/.well-known/jwks.json`, with `apu` and `apv`; or ask the register's officers whether encryption is agreed"),
    known("err.receiver_id.invalid", "`header.receiver_id` is not how we agreed to be named", "write the name that the words give; `daftar partner list` shows it as the receiver"),
    known("err.request.bad", "the body is not what the address takes: another media type, too large, too deep, a key twice, a field missing or of another type", "read the words: they name the field and the maximum"),
    known("err.request.forbidden", "you may not ask this: outside of your territory, or a right that you are not entered with", "ask only about your people; rights (`--civil-registry`, `--account-mapper`) are given by the register's officers"),
    known("err.request.not_found", "there is nothing at this address for this question; or no question or subscription of ours has this transaction and correlation; or, where a status is asked for, none of yours has", "take the address that the words name: with or without `sync`; ask for the status of a transaction that was taken"),
    known("err.request.timeout", "the body came too slowly, or the answer took too long", "send the same message again: if it was taken, it is refused as a duplicate, and its status tells how it ended"),
    known("err.request.too_many_requests", "too many of your requests wait for their answers", "wait, then send again; bring several questions into one message"),
    known("err.request.unauthorized", "no token, or one that does not hold any more", "get a new token from `/oauth2/client/token`"),
    known("err.sender_id.invalid", "`header.sender_id` is not the partner of the token, or, where no token comes, no registry that we asked", "write your name as it was entered; it is also the `client_id`"),
    known("err.sender_uri.invalid", "`header.sender_uri` is not below your agreed folder of addresses, or no folder is agreed with you", "leave it out, or name an address below the folder of `--callback`; without a folder ask at the addresses with `sync`, or let the register's officers enter one"),
    known("err.service.unavailable", "it failed on our side, or a key is missing here", "send the same message again later; tell the register's officers if it lasts"),
    known("err.signature.invalid", "the signature is not of this message, or not by a key of yours, or its time has passed", "sign the sorted form (docs/first-call.md) with a key of your set; check your clock; `daftar partner keys` replaces the set"),
    known("err.signature.missing", "the message is not signed", "sign as agreed: the field `signature`, or the header `Signature`"),
    known("err.version.not_supported", "`header.version` is not the version that is spoken here; it stands in `message.error`, beside `rjct.version.invalid` in `errors`", "write `1.0.0`, or leave it out"),
    known("rjct.action.invalid", "`header.action` is not what the address does", "write the action of the address: search, subscribe, ..."),
    known("rjct.event.already_subscribed", "you are told of this already", "nothing: the subscription stands"),
    known("rjct.event.already_unsubscribed", "the subscription has ended already", "nothing"),
    known("rjct.fa.invalid", "the financial address is none, or not the one that is linked", "write `account:` and 20 digits, `@` and the MFO of the bank; resolve first what is linked"),
    known("rjct.id.invalid", "the id is no number of a person, or nobody of yours has it", "write the PINFL; ask only about your people"),
    known("rjct.message_id.duplicate", "a message with this id was taken already", "a new message gets a new id; a repeated one was taken: ask for its status"),
    known("rjct.message_ts.invalid", "the time of the message has no zone, or is too far from now", "write ISO 8601 with a zone; check your clock"),
    known("rjct.notify_details.invalid", "what you want to be told of cannot be read", "write the filter as a query of a search"),
    known("rjct.notify_types.invalid", "there is no such event here", "take one of the events that the words list"),
    known("rjct.other.error", "the change of an account is refused for the reason that the words give", "read the words"),
    known("rjct.pagination.invalid", "the page number or size is no number, or too large", "pages count from 1; the words name the largest size"),
    known("rjct.person_id.invalid", "this is no number of a person", "write the PINFL: 14 digits with its check digit"),
    known("rjct.reference_id.duplicate", "two requests of the message have one `reference_id`", "give each its own"),
    known("rjct.reference_id.invalid", "a request has no `reference_id`, a longer one than 99 characters, or one with a control character", "give each a short one of its own"),
    known("rjct.resolve_type.not_supported", "the mapper does not resolve this", "`scope` is `yes_no` or `details`"),
    known("rjct.search.too_many_records_found", "more is found than one search may bring", "ask for less: a smaller place, a narrower age"),
    known("rjct.search_criteria.invalid", "the query cannot be read, or asks for an attribute, a person or a programme that is not told of", "docs/dci.md lists kinds, attributes and operators, and says where the names of programmes stand"),
    known("rjct.sort.invalid", "the order cannot be read", "sort by one attribute, `asc` or `desc`"),
    known("rjct.subscription_code.invalid", "no subscription of yours has this code", "take the code that the answer to subscribing brought"),
    known("rjct.timestamp.invalid", "the time of a request has no zone or is no time", "write ISO 8601 with a zone"),
    known("rjct.total_count.invalid", "`header.total_count` is not the number of requests", "count them"),
    known("rjct.total_count.limit_exceeded", "too many requests in one message, or none", "the words name the maximum; send several messages"),
    known("rjct.version.invalid", "`header.version` is not the version that is spoken here: the finer word of `err.version.not_supported`", "write `1.0.0`, or leave it out"),
];

/// What a code means.
pub fn meaning(code: &str) -> Option<&'static str> {
    let known = ERRORS.iter().find(|known| known.code == code);
    known.map(|known| known.means)
}

/// `docs/exchange-errors.md`, but for its heading.
pub fn table() -> String {
    let mut text = "| Code | What it means | What to do |\n|---|---|---|\n".to_owned();
    for Known { code, means, to_do } in ERRORS {
        text.push_str(&format!("| `{code}` | {means} | {to_do} |\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    /// Codes that stand as literals in the sources of a folder, tests apart.
    fn codes_in(folder: &Path, found: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).expect("sources") {
            let path = entry.expect("an entry").path();
            let name = path
                .file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            if path.is_dir() && name != "tests" {
                codes_in(&path, found);
            } else if name.ends_with(".rs") && name != "catalogue.rs" && !name.contains("tests") {
                let text = fs::read_to_string(&path).expect("a source");
                let starts = ["\"err.", "\"rjct."].into_iter();
                let literals = starts.flat_map(|start| text.match_indices(start));
                let codes = literals.filter_map(|(at, _)| text[at + 1..].split('"').next());
                found.extend(codes.map(str::to_owned));
            }
        }
    }

    #[test]
    fn every_code_of_the_sources_is_in_the_catalogue_and_none_other() {
        let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut found = BTreeSet::new();
        codes_in(&crates.join("services/exchange/src/dci"), &mut found);
        codes_in(&crates.join("apps/web/src"), &mut found);
        let listed: Vec<&str> = ERRORS.iter().map(|known| known.code).collect();
        let found: Vec<&str> = found.iter().map(String::as_str).collect();
        assert_eq!(listed, found);
    }

    #[test]
    fn the_page_of_errors_is_the_catalogue() {
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../docs/exchange-errors.md");
        let text = fs::read_to_string(page).expect("docs/exchange-errors.md");
        let (head, _) = text.split_once("| Code").expect("a table");
        assert_eq!(
            text,
            format!("{head}{}", table()),
            "make it anew: daftar partner errors"
        );
    }
}
