-- What version 3 has and version 2 had not. A store that was migrated is the same as one that was made.

-- Reads that name no version: of which dataset, and by when the version was there that they hang on.
ALTER TABLE edge_statement ADD COLUMN dataset INTEGER;
ALTER TABLE edge_statement ADD COLUMN by INTEGER;
CREATE INDEX edge_statement_open ON edge_statement (dataset, by) WHERE by IS NOT NULL;

-- Notes of the program to itself, such as how a source stands; a body is JSON.
CREATE TABLE note (
  name TEXT PRIMARY KEY,
  body BLOB NOT NULL
) WITHOUT ROWID;
