//! The number that a family keeps: six signs that nobody misreads or mishears.

use kernel::CaseId;

/// Of each set that is confused (0 O Q, 1 I L, 5 S, 8 B, 2 Z, U V) one sign or none.
pub const ALPHABET: &[u8; 25] = b"234679ACDEFGHJKMNPRTVWXY8";
pub const SIGNS: usize = 6;

/// The number of a case; `attempt` gives another one when the first is taken.
/// 25^6 is 244 million, so a country of a million cases meets a taken one now and then.
pub fn of(case: CaseId, attempt: u32) -> String {
    let mut mixed = mix(case.0.as_u128(), attempt);
    let mut number = String::with_capacity(SIGNS);
    for _ in 0..SIGNS {
        number.push(char::from(
            ALPHABET[(mixed % ALPHABET.len() as u64) as usize],
        ));
        mixed /= ALPHABET.len() as u64;
    }
    number
}

/// Reads what a person typed: small letters, spaces and hyphens are forgiven.
pub fn read(typed: &str) -> Option<String> {
    let number: String = typed
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| c.to_ascii_uppercase())
        .collect();
    let known = number.len() == SIGNS && number.bytes().all(|sign| ALPHABET.contains(&sign));
    known.then_some(number)
}

/// SplitMix64 over both halves: neighbouring ids get unlike numbers.
fn mix(id: u128, attempt: u32) -> u64 {
    let folded = (id as u64) ^ ((id >> 64) as u64).rotate_left(32) ^ (u64::from(attempt) << 48);
    let mut z = folded.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_six_signs_that_are_not_confused() {
        for id in 0..1_000 {
            let number = of(CaseId::from_u128(id), 0);
            assert_eq!(number.len(), SIGNS);
            assert!(
                !number.contains(['0', 'O', 'Q', '1', 'I', 'L', '5', 'S', 'B', 'Z', 'U']),
                "{number}"
            );
            assert_eq!(read(&number), Some(number));
        }
    }

    #[test]
    fn another_attempt_gives_another_number() {
        let case = CaseId::from_u128(7);
        assert_ne!(of(case, 0), of(case, 1));
    }

    #[test]
    fn a_typed_number_is_read_with_small_letters_and_gaps() {
        let check =
            |typed: &str, expected: Option<&str>| assert_eq!(read(typed).as_deref(), expected);
        check("4f7k29", Some("4F7K29"));
        check(" 4F7-K29 ", Some("4F7K29"));
        check("4F7K2", None);
        check("4F7K2O", None);
        check("4F7K2Ж", None);
    }
}
