//! The one identifier that is this service's own.

kernel::id!(
    /// One line of a statement: an entitlement's money of one month, at one attempt.
    PaymentId,
);
