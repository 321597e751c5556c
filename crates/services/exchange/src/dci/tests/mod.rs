mod envelope;
mod forged;
mod vectors;
