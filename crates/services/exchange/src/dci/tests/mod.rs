mod asked;
mod callback;
mod envelope;
mod forged;
mod query;
mod roads;
mod safe_roads;
mod vectors;
