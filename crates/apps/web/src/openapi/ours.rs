//! Our own addresses, under `/api` and of the house itself, and the page of usage in GovStack's shape.

use serde_json::{Value, json};

use super::Spoken;
use super::schema::*;

pub fn spoken() -> Vec<Spoken> {
    let mut spoken = vec![
        Spoken::get(
            "/api/openapi.json",
            "This description",
            json!({ "type": "object" }),
        ),
        Spoken::post(
            "/api/sign-in",
            "A bearer token for an account",
            object(&[("login", text()), ("secret", text())]),
            (200, object(&[("token", text()), ("expires_at", instant())])),
        ),
        Spoken::post(
            "/api/civil-events",
            "A civil registry tells of a birth, a death, a marriage or a divorce, or takes a death back",
            civil_event(),
            (202, object(&[("fresh", flag())])),
        ),
        Spoken::post(
            "/api/log/delays",
            "An entry of the log is shown to its person only later",
            object(&[
                ("id", uuid()),
                ("entry", text()),
                ("until", instant()),
                ("ground", text()),
            ]),
            (
                201,
                object(&[("id", uuid()), ("entry", text()), ("until", instant())]),
            ),
        ),
    ];
    spoken.extend(cases());
    spoken.extend(accounts());
    spoken.extend(log());
    spoken.extend(house());
    spoken
}

/// What is read of the house itself, beside `/api`.
fn house() -> [Spoken; 3] {
    [
        Spoken::lines("/healthz", "Whether this house is well"),
        Spoken::lines("/log/key", "The public keys of the access log"),
        Spoken::lines(
            "/log/checkpoint",
            "The newest signed checkpoint of the access log",
        )
        .may_be_refused_with(&[404]),
    ]
}

fn case() -> Value {
    object(&[("case", uuid()), ("number", text())])
}

fn due() -> Value {
    object(&[
        ("case", uuid()),
        ("number", text()),
        ("pinfl", or_null(pinfl())),
        ("asked?", list(pinfl())),
        ("mahalla", whole()),
        ("since", instant()),
        ("deadline", or_null(instant())),
    ])
}

fn page() -> [Value; 2] {
    let limit = json!({ "type": "integer", "minimum": 1, "maximum": crate::api::PAGE_MAX });
    [
        of_query("after", false, uuid()),
        of_query("limit", false, limit),
    ]
}

fn paged(path: &'static str, summary: &'static str, list_name: &str) -> Spoken {
    let told = object(&[(list_name, list(due()))]);
    let spoken = Spoken::get(path, summary, told);
    page().into_iter().fold(spoken, Spoken::takes)
}

fn cases() -> Vec<Spoken> {
    let renewed = object(&[("id", uuid())]);
    vec![
        application(),
        contradictions(),
        paged("/api/visits", "Cases that wait for a visit", "visits"),
        Spoken::post(
            "/api/visits/{case}",
            "What a visit found",
            visit(),
            (200, case()),
        ),
        paged(
            "/api/conclusions",
            "Cases that wait for the Mahalla Seven",
            "conclusions",
        ),
        Spoken::post(
            "/api/conclusions/{case}",
            "What the Mahalla Seven concludes",
            conclusion(),
            (200, case()),
        ),
        Spoken::post(
            "/api/renewals/{case}/confirm",
            "An award goes on",
            renewed,
            (200, case()),
        ),
    ]
}

fn contradictions() -> Spoken {
    let row = json!({ "type": "object", "additionalProperties": { "type": "string" } });
    let told = object(&[
        ("source", text()),
        ("as_of", day()),
        ("counts", flag()),
        ("rows", list(row)),
    ]);
    let contradiction = object(&[
        ("person", or_null(uuid())),
        ("kind", text()),
        ("why", words(&["pack", "catalogue", "last_word"])),
        ("told", list(told)),
    ]);
    Spoken::get(
        "/api/cases/{case}/contradictions",
        "Where sources disagree under a case, and which one counts",
        object(&[("contradictions", list(contradiction))]),
    )
}

fn application() -> Spoken {
    let application = object(&[
        ("id", uuid()),
        ("pinfl", pinfl()),
        ("consent", flag()),
        ("bank_consent?", flag()),
        ("lang?", or_null(words(&["uz", "uz-Cyrl", "ru", "en"]))),
    ]);
    let lodged = object(&[
        ("case", uuid()),
        ("number", text()),
        ("received_at", instant()),
        ("regime", text()),
    ]);
    let told = (201, lodged);
    Spoken::post("/api/applications", "An application", application, told)
}

fn conclusion() -> Value {
    object(&[
        ("id", uuid()),
        ("informal_income_minor", minor()),
        ("difficult_situation", flag()),
        ("concluded_on", day()),
    ])
}

fn visit() -> Value {
    let exemption = object(&[
        ("reason", text()),
        ("since", day()),
        ("until?", or_null(day())),
    ]);
    let work = object(&[("pinfl", pinfl()), ("exemption?", or_null(exemption))]);
    object(&[
        ("id", uuid()),
        ("at_home", flag()),
        ("confirmed", flag()),
        ("informal_income_minor", minor()),
        ("visited_on", day()),
        ("work?", list(work)),
    ])
}

fn civil_event() -> Value {
    let kind = |word: &str| ("kind", json!({ "type": "string", "const": word }));
    let names = object(&[
        ("family", text()),
        ("given", text()),
        ("patronymic?", or_null(text())),
    ]);
    let child = object(&[
        ("pinfl", pinfl()),
        ("names", names),
        ("sex", words(&["m", "f"])),
        ("born", day()),
    ]);
    let birth = object(&[
        kind("birth"),
        ("id", uuid()),
        ("mother?", or_null(pinfl())),
        ("person?", or_null(pinfl())),
        ("father?", or_null(pinfl())),
        ("child", child),
    ]);
    let death = object(&[
        kind("death"),
        ("id", uuid()),
        ("on", day()),
        ("person", pinfl()),
    ]);
    let annulled = object(&[
        kind("death_annulled"),
        ("id", uuid()),
        ("death", uuid()),
        ("on", day()),
        ("person", pinfl()),
    ]);
    let union = |word: &str| {
        object(&[
            kind(word),
            ("id", uuid()),
            ("on", day()),
            ("person", pinfl()),
            ("spouse", pinfl()),
        ])
    };
    json!({ "oneOf": [birth, death, annulled, union("marriage"), union("divorce")] })
}

fn change() -> Value {
    object(&[
        ("change", uuid()),
        ("state", text()),
        ("origin", text()),
        ("mfo", or_null(text())),
        ("account", or_null(text())),
        ("due_at", or_null(instant())),
    ])
}

fn accounts() -> Vec<Spoken> {
    let ended = || object(&[("change", uuid()), ("state", text())]);
    let step = |path, summary| Spoken::new(("POST", path), summary, (200, ended()));
    let mut spoken = tasks();
    spoken.extend([
        Spoken::get(
            "/api/account-changes",
            "Changes of accounts that wait for a second member of staff",
            object(&[("changes", list(change()))]),
        ),
        step(
            "/api/account-changes/{change}/confirm",
            "A second member of staff agrees",
        ),
        step(
            "/api/account-changes/{change}/decline",
            "A second member of staff does not",
        ),
        step(
            "/api/my/account-changes/{change}/stop",
            "The person says no",
        ),
    ]);
    spoken
}

fn tasks() -> Vec<Spoken> {
    let task = object(&[
        ("task", uuid()),
        ("pinfl", or_null(pinfl())),
        ("payment", uuid()),
        ("reason", text()),
        ("since", instant()),
        ("amount_minor", minor()),
    ]);
    let mend = object(&[
        ("id", uuid()),
        ("mfo", pattern("^[0-9]{5}$")),
        ("account", pattern("^[0-9]{20}$")),
    ]);
    let mended = object(&[("task", uuid()), ("change", or_null(change()))]);
    vec![
        Spoken::get(
            "/api/account-tasks",
            "Accounts that are to be mended",
            object(&[("tasks", list(task))]),
        )
        .takes(of_query("after", false, uuid())),
        Spoken::post(
            "/api/account-tasks/{task}",
            "The account to which a person is paid instead",
            mend,
            (200, mended),
        ),
    ]
}

fn look() -> Value {
    object(&[
        ("entry", text()),
        ("at", instant()),
        ("role", text()),
        ("office", text()),
        ("action", text()),
        ("purpose", text()),
        ("law", text()),
        ("case", or_null(uuid())),
        ("population", json!({})),
        ("errand", or_null(errand())),
        ("signed", flag()),
        ("withheld", json!({})),
    ])
}

/// For what a partner's system looked, as its security server passed it on.
fn errand() -> Value {
    let word = || or_null(text());
    object(&[("id", word()), ("user", word()), ("issue", word())])
}

fn question() -> Value {
    object(&[
        ("id", uuid()),
        ("at", instant()),
        ("agency", text()),
        ("law", text()),
        ("purpose", text()),
        ("consent", json!({})),
        ("came", words(&["answer", "nothing", "silence"])),
    ])
}

fn log() -> Vec<Spoken> {
    let looks = object(&[
        ("looks", list(look())),
        ("earlier", json!({})),
        ("at_everybody", list(look())),
        ("everybody_earlier", json!({})),
        ("questions", list(question())),
    ]);
    vec![
        Spoken::get("/api/looks", "Who looked at my data", looks)
            .takes(of_query("before", false, place()))
            .takes(of_query("everybody_before", false, place())),
        Spoken::get(
            "/api/looks/{entry}/proof",
            "The proof of a look, to keep",
            json!({ "type": "object" }),
        ),
        usage(),
    ]
}

/// What was told as the place of earlier looks.
fn place() -> Value {
    pattern("^[0-9]{1,18}:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}:[0-9]{1,18}$")
}

fn usage() -> Spoken {
    // What GovStack's shape has no field for.
    let why = object(&[
        ("action", text()),
        ("purpose", text()),
        ("purposeText", text()),
        ("law", text()),
        ("consent", or_null(text())),
        ("errand", or_null(errand())),
    ]);
    let usage = object(&[
        ("id", text()),
        ("readerId", text()),
        ("readerInstitutionId", text()),
        ("readerInstitutionName", text()),
        ("readerApplicationName", text()),
        ("searchDateTime", instant()),
        ("refrences", list(object(&[("ReferenceID", text())]))),
        ("x-daftar", why),
    ]);
    let client = pattern("^[^/]+/[^/]+/[^/]+/[^/]+$");
    Spoken::get(
        "/gs/digital-registries/data/myPersonalDataUsage",
        "Who looked at my data, in GovStack's shape",
        list(usage),
    )
    .takes(of_query("userId", true, pinfl()))
    .takes(of_query("databaseId", true, words(&["DAFTAR"])))
    .takes(of_header("Information-Mediator-Client", true, client))
}
