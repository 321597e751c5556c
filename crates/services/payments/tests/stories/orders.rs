//! A bank tells one thing by several files, in whatever order they arrive: one payment, one status.

use payments::run::Kind;
use store::testing::each_db;

use crate::SCHEMAS;
use crate::file_bank::{
    Bank, Credit, RUN, booked, entry, reasons, state, status, take, to_the_banks, waiting,
};
use crate::town::{Town, family, month};
use payments::run::State;

/// What a bank tells of one payment that it made and that came back a month later.
const FILES: usize = 5;

fn files(message: &str, payment: &Credit, number: usize) -> [String; FILES] {
    let (name, amount) = (&payment.name, &payment.amount);
    let on_its_way = format!(
        "<TxInfAndSts><OrgnlEndToEndId>{name}</OrgnlEndToEndId><TxSts>ACSP</TxSts></TxInfAndSts>"
    );
    let back = entry(payment, "CRDT", &format!("C{number}")).replace("AC04", "MD07");
    let paid = entry(payment, "DBIT", &format!("D{number}"));
    [
        status(message, &format!("P{number}"), "", &on_its_way),
        booked(&format!("N{number}"), &paid),
        // The same booking under its one reference, told by another file.
        booked(&format!("M{number}"), &paid),
        format!(
            "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pacs.004.001.09\"><PmtRtr><GrpHdr>\
             <MsgId>R{number}</MsgId><CreDtTm>2026-03-10T09:00:00+05:00</CreDtTm></GrpHdr><TxInf>\
             <RtrId>A{number}</RtrId><OrgnlEndToEndId>{name}</OrgnlEndToEndId>\
             <RtrdIntrBkSttlmAmt Ccy=\"UZS\">{amount}</RtrdIntrBkSttlmAmt>\
             <IntrBkSttlmDt>2026-03-10</IntrBkSttlmDt><RtrRsnInf><Rsn><Cd>MD07</Cd></Rsn></RtrRsnInf>\
             </TxInf></PmtRtr></Document>"
        ),
        booked(&format!("B{number}"), &back),
    ]
}

/// Every order of the numbers below `n`.
fn orders(n: usize) -> Vec<Vec<usize>> {
    let Some(last) = n.checked_sub(1) else {
        return vec![Vec::new()];
    };
    let into = |shorter: Vec<usize>| {
        (0..n).map(move |place| {
            let mut order = shorter.clone();
            order.insert(place, last);
            order
        })
    };
    orders(last).into_iter().flat_map(into).collect()
}

/// One payment for each order of its files: in the end all are the same, returned once.
#[tokio::test]
async fn the_order_of_a_banks_files_changes_nothing_in_the_end() {
    let orders = orders(FILES);
    assert_eq!(orders.len(), 120);
    each_db(SCHEMAS, async |platform| {
        let town = Town::new(platform).await;
        town.limit(month("2026-02"), 100_000_000).await;
        let batch: Vec<_> = (1..=orders.len() as u128)
            .map(|n| family(n * 2, "2026-02", Some("2026-03")))
            .collect();
        town.open(&batch).await.expect("open");
        let bank = Bank::of(&town).await;
        town.build(500, month("2026-02"), Kind::Regular)
            .await
            .expect("built");
        let (manifest, lines) = to_the_banks(&town, &bank).await;
        assert_eq!(lines.len(), orders.len());
        for (number, (payment, order)) in lines.iter().zip(&orders).enumerate() {
            let files = files(&manifest.files[0].message, payment, number);
            for place in order {
                take(&town, &files[*place]).await.expect("taken");
            }
        }
        assert_eq!(
            reasons(&town).await,
            vec!["MD07"; orders.len()],
            "one task each"
        );
        assert!(
            waiting(&town).await.lines.is_empty(),
            "{:?}",
            waiting(&town).await.lines
        );
        assert_eq!(state(&town).await, State::Answered);
        let mut tx = town.platform.db.read().await.unwrap();
        let sheet = payments::run::load_sheet(&mut tx, RUN).await.unwrap();
        let counts = (sheet.statements[0].credited, sheet.statements[0].returned);
        assert_eq!(counts, (0, orders.len() as u64));
        let booked = store::fetch_value!(
            &mut tx,
            i64,
            "SELECT COUNT(*) FROM (SELECT payment, side FROM payment_booking
             GROUP BY payment, side HAVING COUNT(*) = 1) each_side"
        );
        assert!(
            booked.unwrap() >= 2 * orders.len() as i64,
            "debited and came back, once each"
        );
        drop(tx);
        town.verify().await;
    })
    .await;
}
