//! A bank that takes files: it reads ours and writes its own, by a few lines of text that share
//! nothing with the program. `tests/mock-bank/run` has one that nobody here wrote.

use std::fs;
use std::io::Cursor;
use std::path::Path;

use access::{Action, Area, Scope, Subject};
use kernel::{BankAccount, Instant, Mfo, Money, RunId, Zone};
use payments::account_task;
use payments::channel::{self, FileChannel, Form, KeysChange};
use payments::delivery::{self, Manifest};
use payments::intake::worklist::{self, Worklist};
use payments::intake::{self, Taken};
use payments::run::{self, Kind, State};
use signing::SigningKey;

use crate::town::{DISTRICT, Town, family, month, officer};

pub const RUN: RunId = RunId::from_u128(500);
pub const OURS: &str = "23402000300100001010";

/// A line of a file of ours, as a bank reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credit {
    pub name: String,
    pub account: String,
    pub amount: String,
}

pub fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let (_, rest) = text.split_once(from).expect("the beginning");
    rest.split_once(to).expect("the end").0
}

pub fn credits(xml: &str) -> Vec<Credit> {
    let lines = xml.split("<CdtTrfTxInf>").skip(1);
    let credit = |line: &str| Credit {
        name: between(line, "<EndToEndId>", "<").to_owned(),
        account: between(
            between(line, "<CdtrAcct>", "</CdtrAcct>"),
            "<Othr><Id>",
            "<",
        )
        .to_owned(),
        amount: between(line, "Ccy=\"UZS\">", "<").to_owned(),
    };
    lines.map(credit).collect()
}

pub struct Bank {
    pub folder: tempfile::TempDir,
}

impl Bank {
    pub async fn of(town: &Town) -> Bank {
        Bank::has_keys(town, KeysChange::Keep)
            .await
            .expect("a channel");
        Bank {
            folder: tempfile::tempdir().expect("a folder"),
        }
    }

    pub async fn has_keys(town: &Town, keys: KeysChange<'_>) -> payments::Result<()> {
        let permit = settle(town).await;
        let files = FileChannel {
            account: BankAccount::parse(OURS).unwrap(),
            form: Form::Domestic,
            owner: "Agency of the town".to_owned(),
        };
        let mfo = Mfo::parse("00014").unwrap();
        channel::set(&town.platform, &permit, mfo, Some(&files), keys).await
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn file(&self, manifest: &Manifest) -> String {
        fs::read_to_string(self.path().join(&manifest.files[0].file)).expect("a file")
    }
}

pub async fn settle(town: &Town) -> access::Permit {
    town.permit(&Subject::system(), Action::SettleRun, Scope::country())
        .await
}

pub async fn export_signed(
    town: &Town,
    bank: &Bank,
    key: Option<&SigningKey>,
) -> payments::Result<Manifest> {
    let permit = settle(town).await;
    let zone = Zone::tashkent();
    delivery::export(&town.platform, &permit, zone, RUN, bank.path(), key, |_| {}).await
}

pub async fn export(town: &Town, bank: &Bank) -> payments::Result<Manifest> {
    export_signed(town, bank, None).await
}

pub async fn take(town: &Town, xml: &str) -> payments::Result<Taken> {
    take_signed(town, xml, None).await
}

pub async fn take_signed(town: &Town, xml: &str, jws: Option<&str>) -> payments::Result<Taken> {
    let permit = settle(town).await;
    let input = Cursor::new(xml.as_bytes().to_vec());
    intake::take(
        &town.platform,
        &permit,
        Zone::tashkent(),
        input,
        jws,
        |_| {},
    )
    .await
}

/// Families 1 to 4: 2 and 4 have their accounts in the bank that takes files.
pub async fn funded_town(platform: store::Platform) -> (Town, Bank) {
    let town = Town::new(platform).await;
    town.limit(month("2026-02"), 10_000_000).await;
    let batch: Vec<_> = (1..=4).map(|n| family(n, "2026-02", None)).collect();
    town.open(&batch).await.expect("open");
    let bank = Bank::of(&town).await;
    town.build(500, month("2026-02"), Kind::Regular)
        .await
        .expect("built");
    (town, bank)
}

pub async fn to_the_banks(town: &Town, bank: &Bank) -> (Manifest, Vec<Credit>) {
    town.approve_twice(RUN).await;
    town.world().funds_at_once = true;
    let waits = town.advance(RUN).await.expect("funded");
    assert_eq!((waits.state, waits.again_at), (State::Funded, None));
    let manifest = export(town, bank).await.expect("written");
    let lines = credits(&bank.file(&manifest));
    (manifest, lines)
}

pub fn status(message: &str, id: &str, group: &str, lines: &str) -> String {
    format!(
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.10\"><CstmrPmtStsRpt>\
         <GrpHdr><MsgId>{id}</MsgId><CreDtTm>2026-02-10T09:00:00+05:00</CreDtTm></GrpHdr>\
         <OrgnlGrpInfAndSts><OrgnlMsgId>{message}</OrgnlMsgId><OrgnlMsgNmId>pain.001</OrgnlMsgNmId>\
         {group}</OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>x</OrgnlPmtInfId>{lines}\
         </OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"
    )
}

pub fn entry(credit: &Credit, side: &str, reference: &str) -> String {
    let (name, amount) = (&credit.name, &credit.amount);
    let reason = match side {
        "CRDT" => "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>",
        _ => "",
    };
    format!(
        "<Ntry><Amt Ccy=\"UZS\">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd>\
         <Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-02-10</Dt></BookgDt>\
         <AcctSvcrRef>{reference}</AcctSvcrRef><NtryDtls><TxDtls><Refs><EndToEndId>{name}\
         </EndToEndId></Refs>{reason}</TxDtls></NtryDtls></Ntry>"
    )
}

pub fn booked(id: &str, entries: &str) -> String {
    format!(
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.054.001.08\">\
         <BkToCstmrDbtCdtNtfctn><GrpHdr><MsgId>{id}</MsgId>\
         <CreDtTm>2026-02-10T18:00:00+05:00</CreDtTm></GrpHdr><Ntfctn><Id>{id}</Id>\
         <Acct><Id><Othr><Id>{OURS}</Id></Othr></Id></Acct>{entries}</Ntfctn>\
         </BkToCstmrDbtCdtNtfctn></Document>"
    )
}

pub fn statement(number: u32, day: u32, (opening, closing): (i64, i64), entries: &str) -> String {
    let balance = |code, minor: i64| {
        format!(
            "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"UZS\">{}</Amt>\
             <CdtDbtInd>CRDT</CdtDbtInd></Bal>",
            Money(minor)
        )
    };
    format!(
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt>\
         <GrpHdr><MsgId>S{number}</MsgId><CreDtTm>2026-02-{day}T23:00:00+05:00</CreDtTm></GrpHdr>\
         <Stmt><Id>S{number}</Id><ElctrncSeqNb>{number}</ElctrncSeqNb><FrToDt>\
         <FrDtTm>2026-02-{day}T00:00:00+05:00</FrDtTm><ToDtTm>2026-02-{day}T23:59:59+05:00</ToDtTm>\
         </FrToDt><Acct><Id><Othr><Id>{OURS}</Id></Othr></Id></Acct>{}{}{entries}</Stmt>\
         </BkToCstmrStmt></Document>",
        balance("OPBD", opening),
        balance("CLBD", closing)
    )
}

pub async fn state(town: &Town) -> State {
    let mut tx = town.platform.db.read().await.unwrap();
    run::find(&mut tx, RUN)
        .await
        .unwrap()
        .expect("the run")
        .state
}

pub async fn worklist(town: &Town, silent_before: Instant) -> Worklist {
    let mut tx = town.platform.db.read().await.unwrap();
    worklist::load(&mut tx, silent_before).await.unwrap()
}

pub async fn waiting(town: &Town) -> Worklist {
    worklist(town, Instant(0)).await
}

pub async fn reasons(town: &Town) -> Vec<String> {
    let scope = Scope::area(Area::District(DISTRICT));
    let permit = town.permit(&officer(), Action::MendAccount, scope).await;
    let mut tx = town.platform.db.read().await.unwrap();
    let open = account_task::list_open(&mut tx, &permit, None)
        .await
        .unwrap();
    open.into_iter().map(|task| task.reason).collect()
}
