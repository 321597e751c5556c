//! Banks that take files and answer with files: one bank of the town does, the other is
//! called over the wire.

use std::fs;
use std::io::Cursor;

use access::{Action, Area, Scope};
use futures::FutureExt;
use futures::future::join_all;
use kernel::{BankAccount, Mfo, Money, Zone};
use payments::delivery::Refusal;
use payments::intake;
use payments::intake::closing::{self, Close};
use payments::intake::gap::Wrong;
use payments::run::{Kind, State};
use payments::trace::{self, PaymentState};
use payments::{Error, PaymentId};
use sha2::{Digest, Sha256};
use store::testing::each_db;

use crate::SCHEMAS;
use crate::file_bank::{
    Bank, Credit, OURS, RUN, booked, credits, entry, export, funded_town, reasons, settle, state,
    statement, status, take, to_the_banks, waiting, worklist,
};
use crate::town::{DISTRICT, Town, account, family, month, officer, treasurer};

#[tokio::test]
async fn files_and_wire_together_are_the_order_and_the_files_are_written_the_same_again() {
    each_db(SCHEMAS, async |platform| {
        let (town, bank) = funded_town(platform).await;
        let early = export(&town, &bank).await.unwrap_err();
        assert!(
            matches!(early, Error::Delivery(Refusal::NotFunded { .. })),
            "{early}"
        );
        let (manifest, lines) = to_the_banks(&town, &bank).await;
        assert_eq!((manifest.lines, manifest.total_minor), (4, 400_010));
        assert_eq!(manifest.by_wire.len(), 1);
        let expected = [(account(2), "1000.02"), (account(4), "1000.04")];
        let found: Vec<(BankAccount, &str)> = lines
            .iter()
            .map(|line| {
                (
                    BankAccount::parse(&line.account).unwrap(),
                    line.amount.as_str(),
                )
            })
            .collect();
        assert_eq!(found, expected);
        let bytes = bank.file(&manifest);
        let sha256: [u8; 32] = Sha256::digest(bytes.as_bytes()).into();
        let written = &manifest.files[0];
        assert_eq!(written.sha256, hex(&sha256));
        assert_eq!((written.lines, written.bytes), (2, bytes.len() as u64));
        assert_eq!(state(&town).await, State::Sent);

        town.platform.clock.step(86_400_000_000).unwrap();
        fs::remove_file(bank.path().join(&written.file)).unwrap();
        assert_eq!(export(&town, &bank).await.expect("again"), manifest);
        assert_eq!(bank.file(&manifest), bytes);
        assert_eq!(
            town.world().statements.len(),
            1,
            "one bank got it over the wire"
        );
        town.advance(RUN).await.expect("the wire");
        town.verify().await;
    })
    .await;
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn what_a_bank_books_is_credited_once_whatever_files_tell_it() {
    each_db(SCHEMAS, async |platform| {
        let (town, bank) = funded_town(platform).await;
        let (manifest, lines) = to_the_banks(&town, &bank).await;
        let message = manifest.files[0].message.clone();
        let accepted = status(&message, "P1", "<GrpSts>ACCP</GrpSts>", "");
        let taken = take(&town, &accepted).await.expect("a status");
        assert_eq!((taken.counts.noted, taken.counts.credited), (1, 0));
        town.advance(RUN).await.expect("the wire");
        assert_eq!(state(&town).await, State::Sent, "accepted is not paid");

        let entries = entry(&lines[0], "DBIT", "D1") + &entry(&lines[1], "DBIT", "D2");
        let told = booked("N1", &entries);
        let taken = take(&town, &told).await.expect("a notification");
        assert_eq!((taken.counts.credited, taken.unchanged), (2, false));
        assert_eq!(taken.bank, Some(Mfo::parse("00014").unwrap()));
        assert_eq!(state(&town).await, State::Closed);
        let again = take(&town, &told).await.expect("the same file");
        assert_eq!((again.counts.credited, again.unchanged), (0, true));
        // The same name with other content is not the same file.
        let less = booked("N1", &entry(&lines[0], "DBIT", "D1"));
        let other = take(&town, &less).await.unwrap_err();
        assert!(
            matches!(other, Error::Intake(intake::Refusal::MessageTaken { .. })),
            "{other}"
        );
        let balances = (1_000_000, 1_000_000 - 200_006);
        let day = take(&town, &statement(1, 10, balances, &entries))
            .await
            .expect("the day");
        assert_eq!((day.counts.repeated, day.counts.noted, day.gaps), (2, 1, 0));
        assert!(waiting(&town).await.is_empty());
        town.verify().await;
    })
    .await;
}

#[tokio::test]
async fn money_that_comes_back_is_owed_again_with_the_bank_s_reason() {
    each_db(SCHEMAS, async |platform| {
        let (town, bank) = funded_town(platform).await;
        let (manifest, lines) = to_the_banks(&town, &bank).await;
        let rejected = format!(
            "<TxInfAndSts><OrgnlEndToEndId>{}</OrgnlEndToEndId><TxSts>RJCT</TxSts><StsRsnInf><Rsn>\
             <Cd>RC01</Cd></Rsn></StsRsnInf></TxInfAndSts>",
            lines[0].name
        );
        let message = &manifest.files[0].message;
        let part = status(message, "P1", "<GrpSts>PART</GrpSts>", &rejected);
        assert_eq!(take(&town, &part).await.expect("a status").counts.returned, 1);
        let told = booked("N1", &entry(&lines[1], "DBIT", "D2"));
        assert_eq!(take(&town, &told).await.expect("a booking").counts.credited, 1);
        assert_eq!(reasons(&town).await, ["RC01"]);
        town.advance(RUN).await.expect("the wire");
        assert_eq!(state(&town).await, State::Answered);
        town.verify().await;

        // A month later; told three times: announced, booked, and by the day's statement.
        let (name, amount) = (&lines[1].name, &lines[1].amount);
        let announced = format!(
            "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pacs.004.001.09\"><PmtRtr><GrpHdr>\
             <MsgId>R1</MsgId><CreDtTm>2026-03-10T09:00:00+05:00</CreDtTm></GrpHdr><TxInf>\
             <RtrId>A1</RtrId><OrgnlEndToEndId>{name}</OrgnlEndToEndId>\
             <RtrdIntrBkSttlmAmt Ccy=\"UZS\">{amount}</RtrdIntrBkSttlmAmt>\
             <IntrBkSttlmDt>2026-03-10</IntrBkSttlmDt><RtrRsnInf><Rsn><Cd>MD07</Cd></Rsn></RtrRsnInf>\
             </TxInf></PmtRtr></Document>"
        );
        assert_eq!(take(&town, &announced).await.expect("a return").counts.returned, 1);
        let back = booked("N2", &entry(&lines[1], "CRDT", "C2"));
        assert_eq!(take(&town, &back).await.expect("its booking").counts.repeated, 1);
        assert_eq!(reasons(&town).await, ["RC01", "MD07"]);
        // Announced wrongly: another sum than was paid.
        let wrong = announced.replace("R1<", "R2<").replace(amount, "9.99");
        assert_eq!(take(&town, &wrong).await.expect("kept").counts.unmatched, 1);
        assert_eq!(waiting(&town).await.lines[0].why, "amount_differs");

        let payment = PaymentId(uuid(name));
        let scope = Scope::person(kernel::PersonId::from_u128(40), Area::District(DISTRICT));
        let permit = town.permit(&officer(), Action::MendAccount, scope).await;
        let mut tx = town.platform.db.read().await.unwrap();
        let found = trace::find(&mut tx, &permit, payment).await.unwrap().expect("family 4");
        let reason = "MD07".to_owned();
        assert_eq!(found.state, PaymentState::Returned { reason });
        drop(tx);
        town.verify().await;
    })
    .await;
}

fn uuid(text: &str) -> uuid::Uuid {
    text.parse().expect("an id")
}

#[tokio::test]
async fn a_file_that_its_bank_rejects_is_written_again_under_another_name() {
    each_db(SCHEMAS, async |platform| {
        let (town, bank) = funded_town(platform).await;
        let (first, lines) = to_the_banks(&town, &bank).await;
        let message = first.files[0].message.clone();
        let reason = |code| {
            format!("<GrpSts>RJCT</GrpSts><StsRsnInf><Rsn><Cd>{code}</Cd></Rsn></StsRsnInf>")
        };
        let had = take(&town, &status(&message, "P0", &reason("DUPL"), ""))
            .await
            .unwrap();
        assert_eq!((had.duplicate_files, had.rejected_files), (1, 0));
        let taken = take(&town, &status(&message, "P1", &reason("FF01"), ""))
            .await
            .unwrap();
        assert_eq!((taken.rejected_files, taken.counts.returned), (1, 0));
        assert!(reasons(&town).await.is_empty(), "no account is at fault");
        let list = waiting(&town).await;
        assert_eq!(list.rejected.len(), 1);
        assert_eq!(list.rejected[0].reason.as_deref(), Some("FF01"));

        let second = export(&town, &bank).await.expect("written again");
        assert_eq!(second.files[0].message, format!("{message}-2"));
        assert_eq!(
            credits(&bank.file(&second)),
            lines,
            "the payments keep their names"
        );
        assert!(waiting(&town).await.rejected.is_empty());
        let unknown = take(&town, &status("never-sent", "P2", &reason("FF01"), ""))
            .await
            .unwrap();
        assert_eq!((unknown.bank, unknown.counts.unmatched), (None, 1));

        let entries = entry(&lines[0], "DBIT", "D1") + &entry(&lines[1], "DBIT", "D2");
        take(&town, &booked("N1", &entries)).await.expect("booked");
        let late = status(&second.files[0].message, "P3", &reason("FF01"), "");
        assert_eq!(take(&town, &late).await.unwrap().counts.unmatched, 1);
        let whys: Vec<String> = waiting(&town)
            .await
            .lines
            .into_iter()
            .map(|line| line.why)
            .collect();
        assert_eq!(whys, ["rejected_after_acceptance", "unknown_file"]);
        town.advance(RUN).await.expect("the wire");
        assert_eq!(state(&town).await, State::Closed);
        town.verify().await;
    })
    .await;
}

#[tokio::test]
async fn a_gap_between_statements_and_a_silent_bank_are_seen() {
    each_db(SCHEMAS, async |platform| {
        let (town, bank) = funded_town(platform).await;
        let (_, lines) = to_the_banks(&town, &bank).await;
        let now = town.platform.clock.now();
        assert!(waiting(&town).await.silent.is_empty(), "not yet");
        let silent = worklist(&town, now.plus_seconds(1)).await.silent;
        assert_eq!(
            (silent.len(), silent[0].unanswered, silent[0].accepted),
            (1, 2, false)
        );

        let d1 = entry(&lines[0], "DBIT", "D1");
        let d2 = entry(&lines[1], "DBIT", "D2");
        let first = statement(1, 10, (1_000_000, 1_000_000 - 100_002), &d1);
        assert_eq!(take(&town, &first).await.expect("the first").gaps, 0);
        // Number 2 is missing, and with it family 4's debit.
        let third = statement(3, 12, (799_994, 799_994), "");
        assert_eq!(take(&town, &third).await.expect("the third").gaps, 2);
        let wrongs: Vec<Wrong> = waiting(&town)
            .await
            .gaps
            .into_iter()
            .map(|gap| gap.wrong)
            .collect();
        let (before, found) = (Money(899_998), Money(799_994));
        assert_eq!(
            wrongs,
            [
                Wrong::Number {
                    before: 1,
                    found: 3
                },
                Wrong::Opening { before, found }
            ]
        );
        // It comes late, and without its entry; then corrected.
        let hole = statement(2, 11, (899_998, 799_994), "").replace("S2<", "S2a<");
        take(&town, &hole).await.expect("the second");
        let wrongs: Vec<Wrong> = waiting(&town)
            .await
            .gaps
            .into_iter()
            .map(|gap| gap.wrong)
            .collect();
        let missing = Money(-100_004);
        assert_eq!(wrongs, [Wrong::Entries { missing }]);
        town.platform.clock.step(1_000_000).unwrap();
        let whole = statement(2, 11, (899_998, 799_994), &d2);
        assert_eq!(
            take(&town, &whole)
                .await
                .expect("corrected")
                .counts
                .credited,
            1
        );
        assert!(waiting(&town).await.gaps.is_empty());
        let mut tx = town.platform.db.read().await.unwrap();
        let topic = payments::events::BANK_FILE_TAKEN;
        let told = store::fetch_value!(
            tx,
            i64,
            "SELECT COUNT(*) FROM outbox WHERE topic = $1",
            topic
        );
        assert_eq!(told.unwrap(), 4, "others hear of each file");
        drop(tx);
        assert!(worklist(&town, now.plus_seconds(9)).await.silent.is_empty());
        town.advance(RUN).await.expect("the wire");
        town.verify().await;
    })
    .await;
}

#[tokio::test]
async fn lines_that_fit_nothing_are_all_kept() {
    each_db(SCHEMAS, async |platform| {
        let (town, bank) = funded_town(platform).await;
        let (_, lines) = to_the_banks(&town, &bank).await;
        let other = |name: &str, account: Option<&str>| {
            let credit = Credit {
                name: name.to_owned(),
                ..lines[0].clone()
            };
            let entry = entry(&credit, "DBIT", "X");
            match account {
                None => entry,
                Some(account) => entry.replace(
                    "</TxDtls>",
                    &format!(
                        "<RltdPties><CdtrAcct><Id><Othr><Id>{account}</Id></Othr></Id></CdtrAcct>\
                         </RltdPties></TxDtls>"
                    ),
                ),
            }
        };
        let entries = other("NOTPROVIDED", None)
            + &other("00000000000070008000000000000001", None)
            + &other(&lines[0].name, Some("22618000000000000009"))
            + &entry(&lines[0], "DBIT", "D1")
            + &entry(&lines[0], "DBIT", "D9");
        let taken = take(&town, &booked("N1", &entries)).await.expect("taken");
        assert_eq!((taken.counts.credited, taken.counts.unmatched), (1, 4));
        let list = waiting(&town).await.lines;
        let whys: Vec<&str> = list.iter().map(|line| line.why.as_str()).collect();
        assert_eq!(
            whys,
            [
                "unknown_payment",
                "unknown_payment",
                "account_differs",
                "booked_again"
            ]
        );
        assert_eq!(list[0].end_to_end.as_deref(), Some("NOTPROVIDED"));
        // A stranger's file about our payment: nothing happens.
        let stranger =
            booked("N2", &entry(&lines[1], "DBIT", "D2")).replace(OURS, "23402000300100001011");
        let taken = take(&town, &stranger).await.expect("kept");
        assert_eq!(
            (taken.bank, taken.counts.credited, taken.counts.unmatched),
            (None, 0, 1)
        );
        town.advance(RUN).await.expect("the wire");
        town.verify().await;
    })
    .await;
}

#[tokio::test]
async fn a_line_that_fits_nothing_is_closed_once_with_a_note_and_stays() {
    each_db(SCHEMAS, async |platform| {
        let (town, bank) = funded_town(platform).await;
        to_the_banks(&town, &bank).await;
        let stranger = Credit {
            name: "NOTPROVIDED".to_owned(),
            account: String::new(),
            amount: "15.00".to_owned(),
        };
        let fee = booked("N1", &entry(&stranger, "DBIT", "FEE"));
        take(&town, &fee).await.expect("taken");
        let line = &waiting(&town).await.lines[0];
        let close = |place, note: &str| Close {
            source: line.file,
            place,
            note: note.to_owned(),
        };
        let scope = Scope::area(Area::Country);
        let permit = town
            .permit(&treasurer(1), Action::CloseBankLine, scope)
            .await;
        let other = town
            .permit(&treasurer(2), Action::CloseBankLine, scope)
            .await;
        let done =
            async |permit, command: Close| match closing::close(&town.platform, permit, &command)
                .await
            {
                Ok(()) => None,
                Err(Error::Closing(refusal)) => Some(refusal),
                Err(error) => panic!("{error}"),
            };
        let long = "x".repeat(closing::NOTE_CHARS_MAX + 1);
        for (note, found) in [("", 0), ("  ", 0), (long.as_str(), long.len())] {
            let refusal = done(&permit, close(line.place, note)).await;
            assert_eq!(refusal, Some(closing::Refusal::Note { found }));
        }
        let unknown = done(&permit, close(99, "a charge")).await;
        assert!(matches!(unknown, Some(closing::Refusal::Unknown { .. })));
        assert_eq!(waiting(&town).await.lines.len(), 1, "nothing was closed");

        assert_eq!(done(&permit, close(line.place, " a charge ")).await, None);
        assert_eq!(
            done(&permit, close(line.place, "a charge")).await,
            None,
            "again"
        );
        let second = done(&other, close(line.place, "a charge")).await;
        assert!(matches!(
            second,
            Some(closing::Refusal::ClosedBefore { .. })
        ));
        assert_eq!(waiting(&town).await.lines, []);
        assert!(
            take(&town, &fee).await.expect("again").unchanged,
            "it is still known"
        );
        town.advance(RUN).await.expect("the wire");
        town.verify().await;
    })
    .await;
}

/// The story of a large file: more lines than one page, and a kill between two pages.
#[tokio::test]
async fn an_intake_that_was_killed_goes_on_where_its_last_page_ended() {
    each_db(SCHEMAS, async |platform| {
        let town = Town::new(platform).await;
        town.limit(month("2026-02"), i64::from(u32::MAX) * 1000)
            .await;
        let batch: Vec<_> = (1..=20_500).map(|n| family(n, "2026-02", None)).collect();
        town.open(&batch).await.expect("open");
        let bank = Bank::of(&town).await;
        town.build(500, month("2026-02"), Kind::Regular)
            .await
            .expect("built");
        let (_, lines) = to_the_banks(&town, &bank).await;
        assert_eq!(lines.len(), 10_250);
        let entries: String = lines
            .iter()
            .map(|line| entry(line, "DBIT", &line.name))
            .collect();
        let told = booked("N1", &entries);

        let permit = settle(&town).await;
        let input = Cursor::new(told.as_bytes().to_vec());
        let killed = |lines| panic!("killed after {lines} lines");
        let zone = Zone::tashkent();
        let intake = intake::take(&town.platform, &permit, zone, input, None, killed);
        let died = std::panic::AssertUnwindSafe(intake).catch_unwind().await;
        assert!(died.is_err(), "two pages, so there is an end of the first");
        assert_eq!(
            payments::verify::all(&town.platform).await.unwrap(),
            [],
            "half a file holds together too"
        );
        let rest = take(&town, &told).await.expect("the rest");
        assert_eq!((rest.counts.credited, rest.unchanged), (250, false));
        assert!(take(&town, &told).await.expect("again").unchanged);
        town.advance(RUN).await.expect("the wire");
        assert_eq!(state(&town).await, State::Closed);
        town.verify().await;
    })
    .await;
}

#[tokio::test]
async fn files_that_are_taken_in_at_once_credit_once() {
    each_db(SCHEMAS, async |platform| {
        let (town, bank) = funded_town(platform).await;
        let (_, lines) = to_the_banks(&town, &bank).await;
        let entries = entry(&lines[0], "DBIT", "D1") + &entry(&lines[1], "DBIT", "D2");
        let told = booked("N1", &entries);
        let day = statement(1, 10, (1_000_000, 1_000_000 - 200_006), &entries);
        // Whoever took the last page has taken the file, also when another ended it.
        let same = join_all((0..8).map(|_| take(&town, &told)));
        let (same, other) = tokio::join!(same, take(&town, &day));
        let mut credited = other.expect("the statement").counts.credited;
        for taken in same {
            match taken {
                Ok(taken) => credited += taken.counts.credited,
                Err(Error::Intake(intake::Refusal::Busy { .. })) => {}
                Err(error) => panic!("{error}"),
            }
        }
        assert_eq!(credited, 2);
        assert!(take(&town, &told).await.expect("again").unchanged);
        town.advance(RUN).await.expect("the wire");
        assert_eq!(state(&town).await, State::Closed);
        town.verify().await;
    })
    .await;
}
