//! Our own identifiers: one type for each thing, a UUID (version 7) inside.
//!
//! Ids are made by `store::Ids` from the clock it was handed; the kernel only
//! carries them.

pub use serde;
pub use uuid::Uuid;

/// `id!(PersonId, "a person");` makes a newtype that cannot be taken for another.
#[macro_export]
macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub $crate::ids::Uuid);

        impl $name {
            pub const NIL: $name = $name($crate::ids::Uuid::nil());

            pub const fn from_bytes(bytes: [u8; 16]) -> $name {
                $name($crate::ids::Uuid::from_bytes(bytes))
            }

            pub const fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }

            /// For tests and sandboxes: an id out of a small number.
            pub const fn from_u128(number: u128) -> $name {
                $name($crate::ids::Uuid::from_u128(number))
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(&self.0, f)
            }
        }

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::ids::NotAnId;
            fn from_str(text: &str) -> Result<$name, $crate::ids::NotAnId> {
                $crate::ids::parse(text).map($name)
            }
        }

        impl From<$crate::ids::Uuid> for $name {
            fn from(id: $crate::ids::Uuid) -> $name {
                $name(id)
            }
        }

        impl From<$name> for $crate::ids::Uuid {
            fn from(id: $name) -> $crate::ids::Uuid {
                id.0
            }
        }

        impl $crate::ids::serde::Serialize for $name {
            fn serialize<S: $crate::ids::serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                $crate::ids::serde::Serialize::serialize(&self.0, s)
            }
        }

        impl<'de> $crate::ids::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::ids::serde::Deserializer<'de>>(d: D) -> Result<$name, D::Error> {
                $crate::ids::serde::Deserialize::deserialize(d).map($name)
            }
        }
    )+};
}

/// The text is not an identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not an identifier: 32 hexadecimal digits are expected, as in 01890a5d-ac96-774b-bcce-b302099a8057"
)]
pub struct NotAnId;

/// Reads only the hyphenated and the plain form: braces and `urn:` are refused.
pub fn parse(text: &str) -> Result<Uuid, NotAnId> {
    if text.len() != 36 && text.len() != 32 {
        return Err(NotAnId);
    }
    Uuid::try_parse(text).map_err(|_| NotAnId)
}

id!(
    /// A person of the register.
    PersonId,
    /// A unit of assessment: a family, a household or one person.
    UnitId,
    /// A dwelling, in which several families may live.
    DwellingId,
    /// A fact: one answer of one source about one owner.
    FactId,
    /// An agency's answer as it was received.
    EvidenceId,
    /// An application.
    ApplicationId,
    /// A case: an application or a reassessment on its way to a decision.
    CaseId,
    AssessmentId,
    DecisionId,
    LetterId,
    VisitId,
    AwardId,
    EntitlementId,
    /// A monthly payment run.
    RunId,
    /// A payment order for the treasury.
    OrderId,
    /// A bank's statement of one run.
    StatementId,
    /// A line of a statement: one payment to one payee.
    LineId,
    /// An account of the ledger.
    LedgerAccountId,
    TransferId,
    AppropriationId,
    ReturnId,
    TaskId,
    JobId,
    EventId,
    /// A sign-in account of a user.
    AccountId,
    SessionId,
    ImportId,
    /// A question to an agency.
    RequestId,
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_from_its_own_text_only() {
        let id = PersonId::from_u128(7);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(id.0.simple().to_string().parse(), Ok(id));
        assert_eq!(format!("{{{id}}}").parse::<PersonId>(), Err(NotAnId));
        assert_eq!(format!("urn:uuid:{id}").parse::<PersonId>(), Err(NotAnId));
        assert_eq!("".parse::<PersonId>(), Err(NotAnId));
        assert_eq!("é".repeat(18).parse::<PersonId>(), Err(NotAnId));
    }
}
