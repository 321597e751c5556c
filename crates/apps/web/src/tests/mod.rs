//! The house from outside: a real router on a temporary database, asked as a
//! browser and as a program would ask.

mod disagree;
mod door;
mod installation;
mod intake;
mod listen;
mod looks;
mod matrix;
mod named;
mod partner;
mod statement;
