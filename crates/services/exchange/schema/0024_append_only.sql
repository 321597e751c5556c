-- What agencies said is never changed or taken away: nothing in the program does, and now the database
-- refuses it, too.
APPEND ONLY exchange_answer;
APPEND ONLY evidence;
APPEND ONLY evidence_refused;
