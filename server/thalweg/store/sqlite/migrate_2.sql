-- What version 2 has and version 1 had not. A store that was migrated is the same as one that was made.

-- Verdicts that were given; a body is JSON.
CREATE TABLE verdict (
  id TEXT PRIMARY KEY,
  at INTEGER NOT NULL,
  caller TEXT NOT NULL,
  body BLOB NOT NULL
) WITHOUT ROWID;

-- What nodes are searched by, in words of ASCII (store/words.py); `_` stands between texts.
CREATE VIRTUAL TABLE search USING fts5 (name, tags, text, tokenize = "ascii tokenchars '_'");
