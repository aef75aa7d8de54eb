-- What version 2 has and version 1 had not. A store that was migrated is the same as one that was made.

-- Verdicts that were given; a body is JSON.
CREATE TABLE verdict (
  id TEXT PRIMARY KEY,
  at INTEGER NOT NULL,
  caller TEXT NOT NULL,
  body BLOB NOT NULL
) WITHOUT ROWID;
