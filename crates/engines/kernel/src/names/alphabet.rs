//! Letters and marks that several tables share.
