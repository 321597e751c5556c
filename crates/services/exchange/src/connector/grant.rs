//! How a dialect comes to its token: the same four fields in `[gateway]` and in `[dci]`.

use toml::Spanned;

use super::file::{Places, Wrong, address, one_line};
use crate::dialect::secret::SecretPlace;
use crate::dialect::token::Grant;

const TEXT_CHARS_MAX: usize = 200;
const NO_SECRET: &str = "say where the secret lies: secret_file = \"NAME\" in the folder --agency-keys, or \
                         secret_variable = \"NAME\"; the secret itself never stands here";

/// What a table says of it.
pub struct GrantFields<'a> {
    /// `gateway` or `dci`.
    pub table: &'static str,
    pub client_id: Option<&'a Spanned<String>>,
    pub secret_file: Option<&'a Spanned<String>>,
    pub secret_variable: Option<&'a Spanned<String>>,
}

impl GrantFields<'_> {
    /// What cannot stand without an address: whoever forgot that asks without a token and is not let in.
    pub fn must_be_none(&self) -> Result<(), Wrong> {
        let fields = [
            ("client_id", self.client_id),
            ("secret_file", self.secret_file),
            ("secret_variable", self.secret_variable),
        ];
        let said = fields
            .into_iter()
            .find_map(|(name, said)| Some((name, said?)));
        let Some((name, said)) = said else {
            return Ok(());
        };
        let why = "it is for a token: write token_address too, or leave it out";
        Err(Wrong::of(said, &self.named(name), why))
    }

    pub fn grant(
        &self,
        token_address: &Spanned<String>,
        places: &Places<'_>,
    ) -> Result<Grant, Wrong> {
        let client_id = self.client_id.ok_or_else(|| {
            let why = "write client_id too: as the registry knows us";
            Wrong::of(token_address, &self.named("token_address"), why)
        })?;
        Ok(Grant {
            address: address(&self.named("token_address"), token_address, places)?,
            client_id: one_line(&self.named("client_id"), client_id, TEXT_CHARS_MAX)?,
            secret: self.secret(token_address, places)?,
        })
    }

    fn secret(
        &self,
        token_address: &Spanned<String>,
        places: &Places<'_>,
    ) -> Result<SecretPlace, Wrong> {
        match (self.secret_file, self.secret_variable) {
            (Some(file), None) => {
                let name = one_line(&self.named("secret_file"), file, TEXT_CHARS_MAX)?;
                Ok(SecretPlace::File(places.keys.join(name)))
            }
            (None, Some(variable)) => {
                let name = one_line(&self.named("secret_variable"), variable, TEXT_CHARS_MAX)?;
                Ok(SecretPlace::Variable(name))
            }
            _ => Err(Wrong::of(token_address, self.table, NO_SECRET)),
        }
    }

    fn named(&self, field: &str) -> String {
        format!("{}.{field}", self.table)
    }
}
