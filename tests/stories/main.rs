//! One binary, one module a theme. Reading order: the house first, then the stories.

mod house;
