//! One binary, one module a theme. Reading order: the house first, then [`stage`], on which every
//! story plays, then the stories.

mod house;
mod stage;

mod civil;
mod crash;
mod dci;
mod door;
mod forgery;
mod govstack;
mod hostile;
mod lateness;
mod law;
mod main_job;
mod mended;
mod order;
mod proactive;
mod registries;
mod renewal;
mod silence;
