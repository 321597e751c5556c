//! Partners say to which accounts people are paid, and hand over payments and vouchers: over HTTP,
//! to a Daftar that serves, on both databases.

mod hostile;
mod mapper;
mod money;
mod payer;
