//! Payments that partners hand over, in GovStack's shapes.

use serde_json::{Value, json};

use super::Spoken;
use super::schema::*;

/// Beside the usual ones: what the standard has for vouchers.
const OF_VOUCHERS: std::ops::RangeInclusive<u16> = 452..=464;

fn id(chars: usize) -> Value {
    pattern(&format!("^[A-Za-z0-9_-]{{{chars}}}$"))
}

fn at_most(chars: usize) -> Value {
    json!({ "type": "string", "maxLength": chars })
}

/// A sum as a number or as a text.
fn amount() -> Value {
    json!({ "anyOf": [
        { "type": "number", "exclusiveMinimum": 0, "maximum": 1e12, "multipleOf": 0.01 },
        { "type": "string", "pattern": "^[0-9]{1,12}(\\.[0-9]{1,2})?$" },
    ] })
}

fn digits() -> Value {
    pattern("^[0-9]{1,25}$")
}

pub fn response() -> Value {
    object(&[
        ("ResponseCode", words(&["00", "01"])),
        ("ResponseDescription", at_most(200)),
        ("RequestID", at_most(12)),
    ])
}

fn answered() -> (u16, Value) {
    (200, reference("PaymentsResponse"))
}

fn beneficiaries() -> Value {
    let payee = json!({ "anyOf": [pattern("^[0-9]{14}$"), id(20)] });
    let beneficiary = object(&[
        ("PayeeFunctionalID", payee),
        ("PaymentModality?", words(&["00", "01", "02", "03", "04"])),
        ("FinancialAddress?", at_most(99)),
    ]);
    object(&[
        ("RequestID", id(12)),
        ("SourceBBID", id(12)),
        ("Beneficiaries", some(beneficiary, 500)),
    ])
}

fn instructions() -> Value {
    let payee = json!({ "anyOf": [pattern("^[0-9]{14}$"), id(20)] });
    let instruction = object(&[
        ("InstructionID", id(16)),
        ("PayeeFunctionalID", payee),
        ("Amount", amount()),
        ("Currency", pattern("^[A-Z]{3}$")),
        ("Narration", at_most(50)),
    ]);
    object(&[
        ("RequestID", id(12)),
        ("SourceBBID", id(12)),
        ("BatchID", id(12)),
        (
            "CreditInstructions",
            json!({ "type": "array", "items": instruction, "minItems": 1 }),
        ),
    ])
}

fn failures() -> Value {
    let failed = object(&[("InstructionID", text()), ("FailureReason", text())]);
    object(&[
        ("RequestID", id(12)),
        ("Source_BatchID", id(12)),
        ("NumberFailedCases", whole()),
        ("FailedAccounts", list(failed)),
    ])
}

fn line() -> Value {
    object(&[
        ("batchId", text()),
        ("transactionId", text()),
        ("status", words(&["FAILED", "IN_PROGRESS", "COMPLETED"])),
        ("statusDetail", text()),
        ("startedAt", instant()),
        ("direction", text()),
    ])
}

pub fn spoken() -> Vec<Spoken> {
    let mut spoken = vec![
        Spoken::post(
            "/gs/payments/register-beneficiary",
            "To which accounts people are to be paid",
            beneficiaries(),
            answered(),
        ),
        Spoken::post(
            "/gs/payments/update-beneficiary-details",
            "To which other accounts people are to be paid",
            beneficiaries(),
            answered(),
        ),
        Spoken::post(
            "/gs/payments/prepayment-validation",
            "A list is checked and not paid",
            instructions(),
            answered(),
        ),
        Spoken::post(
            "/gs/payments/prepayment-validation-response",
            "What was wrong with a list that was checked",
            object(&[("RequestID", id(12)), ("Source_BatchID", id(12))]),
            (200, failures()),
        ),
        Spoken::post(
            "/gs/payments/bulk-payment",
            "A list to be paid",
            instructions(),
            answered(),
        ),
        Spoken::get(
            "/gs/payments/batch/detail",
            "Where every instruction of a list is",
            list(line()),
        )
        .takes(of_query("batchId", true, id(12))),
    ];
    spoken.extend(vouchers());
    let correlation = json!({ "type": "string", "minLength": 1, "maxLength": 64,
        "pattern": "^[!-~]+$" });
    for one in &mut spoken {
        one.refusal = "PaymentsRefusal";
        one.parameters
            .push(of_header("X-CorrelationID", false, correlation.clone()));
    }
    spoken
}

fn vouchers() -> Vec<Spoken> {
    const STATUS: &str = "/gs/payments/vouchers/voucherstatuscheck/{voucherserialnumber}";
    let named = |name| object(&[(name, digits()), ("Gov_Stack_BB", text())]);
    let patch =
        |path, summary, body, told| Spoken::new(("PATCH", path), summary, (200, told)).sends(body);
    let mut spoken = vec![
        issue(),
        patch(
            "/gs/payments/vouchers/voucher_activation",
            "A voucher may be used from now on",
            named("voucher_serial_number"),
            object(&[("result_status", words(&["Activated"]))]),
        ),
        redemption(),
        Spoken::get(
            STATUS,
            "What a voucher is worth now",
            object(&[("voucher_status", text()), ("voucher_amount", text())]),
        ),
        patch(
            STATUS,
            "A voucher is cancelled",
            named("voucherserialnumber"),
            object(&[("message", text())]),
        ),
    ];
    for one in &mut spoken {
        let refusals = OF_VOUCHERS.map(|status| (status, reference("PaymentsRefusal")));
        one.told.extend(refusals);
    }
    spoken
}

fn issue() -> Spoken {
    let wish = object(&[
        ("voucher_amount", amount()),
        ("voucher_currency", pattern("^[A-Z]{3}$")),
        ("voucher_group", at_most(64)),
        ("Gov_Stack_BB", text()),
        ("voucher_comment?", at_most(200)),
    ]);
    let made = object(&[
        ("voucher_number", digits()),
        ("voucher_serial_number", digits()),
        ("expiry_date_time", instant()),
    ]);
    Spoken::post(
        "/gs/payments/vouchers/voucher_preactivation",
        "A voucher is issued",
        wish,
        (200, made),
    )
}

fn redemption() -> Spoken {
    let redemption = object(&[
        ("voucher_number", digits()),
        ("Gov_Stack_BB", text()),
        ("merchant_name", at_most(200)),
        ("merchant_bank_details", at_most(200)),
        ("merchant_voucher_group", at_most(64)),
        ("override?", flag()),
    ]);
    let redeemed = object(&[
        ("result_status", words(&["Redeemed"])),
        ("voucher_serial_number", digits()),
        ("voucher_amount", text()),
    ]);
    Spoken::post(
        "/gs/payments/vouchers/voucher_redemption",
        "A merchant takes a voucher",
        redemption,
        (200, redeemed),
    )
}
