//! What others may hear of payments, by the outbox. Payloads are JSON; a set of ids is
//! cut into rows of [`crate::limits::IDS_AN_EVENT_MAX`].

use store::outbox::{self, NewEvent};
use store::{Ids, Result, Tx};
use uuid::Uuid;

/// `{"ids":[entitlement, ...]}`
pub const ENTITLEMENTS_OPENED: &str = "payments.entitlements_opened";
/// `{"ids":[entitlement, ...]}`
pub const ENTITLEMENTS_STOPPED: &str = "payments.entitlements_stopped";
/// `{"ids":[payment, ...]}`: each has an open account task now.
pub const PAYMENTS_RETURNED: &str = "payments.returned";
/// `{"ids":[task, ...]}`
pub const ACCOUNTS_MENDED: &str = "payments.accounts_mended";
/// `{"change":id}`: the account of a person is to change, and the person must hear of it.
pub const ACCOUNT_CHANGE_ASKED: &str = "payments.account_change_asked";
/// `{"run":id,"state":"...","seq":n}`: every change of a run's state.
pub const RUN_CHANGED: &str = "payments.run_changed";
/// [`BankFileTaken`]: a bank's file was taken in.
pub const BANK_FILE_TAKEN: &str = "payments.bank_file_taken";

/// What a file of a bank leaves for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct BankFileTaken {
    pub file: Uuid,
    /// 0: of no bank that we gave a file to.
    pub mfo: i64,
    pub kind: &'static str,
    pub unmatched: u64,
    pub rejected_files: u64,
    pub gaps: u64,
}

pub(crate) async fn emit_set(
    tx: &mut Tx,
    ids: &Ids,
    topic: &'static str,
    key: &str,
    set: &[Uuid],
) -> Result<()> {
    let events: Vec<NewEvent> = set
        .chunks(crate::limits::IDS_AN_EVENT_MAX)
        .map(|part| {
            let payload = serde_json::json!({ "ids": part }).to_string();
            NewEvent::new(topic, key, payload)
        })
        .collect();
    outbox::emit(tx, ids, &events).await
}

pub(crate) async fn emit_run(
    tx: &mut Tx,
    ids: &Ids,
    run: kernel::RunId,
    state: &str,
    seq: i64,
) -> Result<()> {
    let payload = serde_json::json!({ "run": run, "state": state, "seq": seq }).to_string();
    outbox::emit(
        tx,
        ids,
        &[NewEvent::new(RUN_CHANGED, format!("{run} {seq}"), payload)],
    )
    .await
}

pub(crate) async fn emit_bank_file(tx: &mut Tx, ids: &Ids, told: &BankFileTaken) -> Result<()> {
    let payload = serde_json::to_string(told).expect("plain values always serialize");
    let event = NewEvent::new(BANK_FILE_TAKEN, told.file.to_string(), payload);
    outbox::emit(tx, ids, &[event]).await
}

pub(crate) async fn emit_account_change(
    tx: &mut Tx,
    ids: &Ids,
    change: &crate::account_change::AccountChange,
) -> Result<()> {
    let payload = serde_json::json!({ "change": change.id }).to_string();
    let event = NewEvent::new(ACCOUNT_CHANGE_ASKED, change.id.to_string(), payload);
    outbox::emit(tx, ids, &[event]).await
}
