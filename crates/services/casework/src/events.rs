//! What others may hear of casework, through the outbox. A row may carry a set.

/// Decisions were made. Payload: `{"decisions": [{"case": id, "decision": id}]}`.
pub const DECIDED: &str = "casework.decided";

/// The kind of the job that asks the agencies about a case. The key is the case's id.
pub const GATHER: &str = "casework.gather";

/// The kind of the job that assesses a case on the facts that are in. The key is the case's id.
pub const ASSESS: &str = "casework.assess";

/// The kind of the job that asks of an award what met a case that was not decided yet. Its key names the
/// former case, the cause and the day.
pub const PUT_OFF: &str = "casework.put_off";

/// The kind of the job that looks, at the deadline of a visit or a conclusion, whether it came.
pub const STEP_DUE: &str = "casework.step_due";
