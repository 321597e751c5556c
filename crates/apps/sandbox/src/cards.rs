//! Cards of people who do not live in the district: those of an accounts file, in Daftar's import
//! format, so that the banks of the sandbox can pay any register that was imported.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use crate::bank::ReturnReason;
use crate::population::estate::BANKS;
use crate::seed;

/// Accounts and the place of their bank in [`BANKS`].
#[derive(Debug, Default)]
pub struct Cards(HashMap<u128, u8>);

impl Cards {
    /// Reads `pinfl,mfo,account,...`; what is no account of our banks is an error with its line.
    pub fn read(path: &Path) -> io::Result<Cards> {
        let mut cards = HashMap::new();
        let lines = BufReader::new(std::fs::File::open(path)?).lines();
        for (index, line) in lines.enumerate().skip(1) {
            let line = line?;
            let mut cells = line.split(',').skip(1);
            let bank = cells.next().and_then(bank_of);
            let account = cells.next().and_then(number);
            let (Some(bank), Some(account)) = (bank, account) else {
                let why = format!("line {}: no account of a bank of ours", index + 1);
                return Err(io::Error::new(io::ErrorKind::InvalidData, why));
            };
            cards.insert(account, bank);
        }
        Ok(Cards(cards))
    }

    /// What becomes of money for an account of these cards; `None`: not one of them.
    pub fn fate(&self, mfo: &str, account: &str, closed_per_mille: u32) -> Option<Fate> {
        let account = number(account)?;
        let bank = self.0.get(&account)?;
        if bank_of(mfo) != Some(*bank) {
            return Some(Fate(Some(ReturnReason::AC01)));
        }
        let hash = seed::mix(&[account as u64, (account >> 64) as u64]);
        let closed = seed::happens(hash, closed_per_mille);
        Some(Fate(closed.then_some(ReturnReason::AC04)))
    }
}

/// Why the money comes back, if it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fate(pub Option<ReturnReason>);

fn bank_of(mfo: &str) -> Option<u8> {
    let place = BANKS.iter().position(|(known, _)| *known == mfo)?;
    u8::try_from(place).ok()
}

fn number(account: &str) -> Option<u128> {
    (account.len() == 20)
        .then(|| account.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADING: &str = "pinfl,mfo,account,balance_minor,is_card,source,as_of\n";

    fn read(rows: &str) -> io::Result<Cards> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("accounts.csv");
        std::fs::write(&path, format!("{HEADING}{rows}"))?;
        Cards::read(&path)
    }

    #[test]
    fn a_card_takes_money_at_its_own_bank_only() {
        let cards =
            read("30101901234569,00601,22618000000000000001,0,yes,bank,2026-01-01\n").unwrap();
        let fate = |mfo, account| cards.fate(mfo, account, 0);
        assert_eq!(fate("00601", "22618000000000000001"), Some(Fate(None)));
        let elsewhere = Some(Fate(Some(ReturnReason::AC01)));
        assert_eq!(fate("00602", "22618000000000000001"), elsewhere);
        assert_eq!(fate("00601", "22618000000000000002"), None);
        let closed = cards.fate("00601", "22618000000000000001", 1000);
        assert_eq!(closed, Some(Fate(Some(ReturnReason::AC04))));
    }

    #[test]
    fn a_wrong_line_is_named() {
        let wrong = read("30101901234569,99999,22618000000000000001,0,yes,bank,2026-01-01\n");
        assert!(wrong.unwrap_err().to_string().contains("line 2"));
    }
}
