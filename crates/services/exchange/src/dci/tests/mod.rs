mod callback;
mod envelope;
mod forged;
mod query;
mod roads;
mod vectors;
