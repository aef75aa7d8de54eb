-- The tables of a store, version 3. A thing is known inside by a whole number, its handle (`n` of a node, the last four
-- bits of which are its kind; `s` of a scope): new rows come to lie side by side, and a walk goes over numbers. Kinds and
-- types of edges are the numbers of codes.py; a hidden node has its kind negative, a hidden edge its type, so that no
-- read has to ask. Times are epoch microseconds.
-- Every index is there for a question; what a row costs to write is their number.

CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE node (
  n INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  kind INTEGER NOT NULL,
  k1 TEXT NOT NULL,                       -- the parts of the natural key
  k2 TEXT,
  k3 TEXT,
  title TEXT,                             -- the name that was stated of a run
  asset INTEGER REFERENCES node (n),
  first_at INTEGER NOT NULL,
  at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  gone_at INTEGER,
  until INTEGER,
  status TEXT,
  state INTEGER NOT NULL,
  statements INTEGER NOT NULL,
  lead TEXT,                              -- origin and event time of who stated the properties
  lead_at INTEGER,
  won TEXT,                               -- JSON: who stated those properties that `lead` did not
  origins TEXT,                           -- JSON: how many living statements each origin makes
  forgotten INTEGER NOT NULL,
  body BLOB NOT NULL,                     -- JSON: the effective properties
  name TEXT AS (coalesce(title, k2, k1)) VIRTUAL
);
CREATE UNIQUE INDEX node_id ON node (id);
CREATE INDEX node_at ON node (kind, at);                  -- lists, newest first
CREATE INDEX node_first ON node (kind, first_at);         -- lists by when they were first seen
CREATE INDEX node_updated ON node (kind, updated_at);     -- lists by when they changed
CREATE INDEX node_status ON node (kind, status, at) WHERE status IS NOT NULL;  -- what runs, what failed, newest first
CREATE INDEX node_version ON node (asset, at) WHERE asset IS NOT NULL;    -- the versions of an asset, newest first
CREATE INDEX node_name ON node (kind, name) WHERE kind BETWEEN 1 AND 5;   -- assets by name
CREATE INDEX node_sha ON node (k2) WHERE kind = 12;       -- commits by the beginning of their sha

-- An edge lies with the node it comes into, which is as a rule the younger one. `sa` and `ta` are the assets of its ends
-- where both have one.
CREATE TABLE edge (
  dst INTEGER NOT NULL REFERENCES node (n),
  type INTEGER NOT NULL,
  src INTEGER NOT NULL REFERENCES node (n),
  role TEXT NOT NULL,
  at INTEGER NOT NULL,
  first_at INTEGER NOT NULL,
  stated_at INTEGER,
  stated INTEGER NOT NULL,
  derived INTEGER NOT NULL,
  derived_first INTEGER NOT NULL,
  derived_last INTEGER NOT NULL,
  sa INTEGER REFERENCES node (n),
  ta INTEGER REFERENCES node (n),
  body BLOB NOT NULL,
  PRIMARY KEY (dst, type, src, role)
) WITHOUT ROWID;
CREATE INDEX edge_in ON edge (dst, type, at);             -- what comes into a node, newest first
CREATE INDEX edge_out ON edge (src, type, at);            -- what leaves a node, newest first
CREATE INDEX edge_behind ON edge (sa, ta, type, role, at) WHERE sa IS NOT NULL;   -- version edges behind an asset edge

CREATE TABLE metric_key (
  k INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,
  key TEXT NOT NULL,
  UNIQUE (kind, key)
);

-- The promoted metrics. NaN is kept as NULL.
CREATE TABLE metric (
  n INTEGER NOT NULL REFERENCES node (n),
  k INTEGER NOT NULL REFERENCES metric_key (k),
  last REAL,
  best REAL,
  PRIMARY KEY (n, k)
) WITHOUT ROWID;
CREATE INDEX metric_no_last ON metric (k) WHERE last IS NULL;
CREATE INDEX metric_no_best ON metric (k) WHERE best IS NULL;

-- The same by value, for lists. A value may belong anywhere in them, so each would dirty a page of its own: those of the
-- youngest nodes, beyond `settled` in meta, are not in them yet, and come in together, sorted.
CREATE TABLE metric_last (
  k INTEGER NOT NULL,
  value REAL NOT NULL,
  n INTEGER NOT NULL REFERENCES node (n),
  PRIMARY KEY (k, value, n)
) WITHOUT ROWID;
CREATE TABLE metric_best (
  k INTEGER NOT NULL,
  value REAL NOT NULL,
  n INTEGER NOT NULL REFERENCES node (n),
  PRIMARY KEY (k, value, n)
) WITHOUT ROWID;

CREATE TABLE source (
  k INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  origin TEXT NOT NULL,
  closed_at INTEGER
);

-- A scope that was retired keeps its row, without a source, while it is named by what it stated.
CREATE TABLE scope (
  s INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  source INTEGER REFERENCES source (k),
  name TEXT NOT NULL,
  origin TEXT NOT NULL,
  digest TEXT NOT NULL,
  revision INTEGER,
  at INTEGER NOT NULL,
  written_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  caller TEXT NOT NULL
);
CREATE INDEX scope_seen ON scope (source, seen_at) WHERE source IS NOT NULL;  -- what a pass did not see

-- Statements name a thing by the id they were stated with; '' where that is the thing's own.
CREATE TABLE node_statement (
  s INTEGER NOT NULL REFERENCES scope (s),
  n INTEGER NOT NULL REFERENCES node (n),
  stated TEXT NOT NULL,
  origin TEXT NOT NULL,
  at INTEGER NOT NULL,
  retired INTEGER NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (s, n, stated)
) WITHOUT ROWID;
CREATE INDEX node_statement_about ON node_statement (n);

CREATE TABLE edge_statement (
  s INTEGER NOT NULL REFERENCES scope (s),
  dst INTEGER NOT NULL,
  type INTEGER NOT NULL,
  src INTEGER NOT NULL,
  role TEXT NOT NULL,
  stated_src TEXT NOT NULL,
  stated_dst TEXT NOT NULL,
  origin TEXT NOT NULL,
  at INTEGER NOT NULL,
  retired INTEGER NOT NULL,
  body BLOB NOT NULL, dataset INTEGER, by INTEGER,
  PRIMARY KEY (s, dst, type, src, role, stated_src, stated_dst)
) WITHOUT ROWID;
CREATE INDEX edge_statement_about ON edge_statement (dst, type, src, role);
-- Reads that name no version: of which dataset, and by when the version was there that they hang on.
CREATE INDEX edge_statement_open ON edge_statement (dataset, by) WHERE by IS NOT NULL;

-- The logged points of a metric, packed (codes.py), one row for each scope that states them.
CREATE TABLE history (
  h INTEGER PRIMARY KEY,
  n INTEGER NOT NULL REFERENCES node (n),
  s INTEGER NOT NULL REFERENCES scope (s),
  stated TEXT NOT NULL,
  key TEXT NOT NULL,
  points BLOB NOT NULL,
  UNIQUE (n, s, stated, key)
);

CREATE TABLE mark (
  m INTEGER PRIMARY KEY,
  scope BLOB NOT NULL,
  model TEXT NOT NULL,
  version TEXT NOT NULL,
  stated_version TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  since INTEGER NOT NULL,
  ended INTEGER,
  until INTEGER,
  origin TEXT NOT NULL,
  caller TEXT NOT NULL,
  UNIQUE (model, kind, name, since, version, scope, stated_version)
);
CREATE INDEX mark_version ON mark (version);
CREATE INDEX mark_scope ON mark (scope);

CREATE TABLE alias (
  id TEXT PRIMARY KEY,
  kind INTEGER NOT NULL,
  key TEXT NOT NULL,
  asset TEXT,
  canonical TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX alias_canonical ON alias (canonical);

CREATE TABLE joined (
  scope BLOB NOT NULL,
  alias TEXT NOT NULL,
  of TEXT NOT NULL,
  kind INTEGER NOT NULL,
  alias_key TEXT NOT NULL,
  of_key TEXT NOT NULL,
  PRIMARY KEY (scope, alias, of)
) WITHOUT ROWID;
CREATE INDEX joined_alias ON joined (alias);
CREATE INDEX joined_of ON joined (of);

CREATE TABLE repeat (
  key TEXT PRIMARY KEY,
  digest TEXT NOT NULL,
  at INTEGER NOT NULL,
  result BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE event (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  caller TEXT NOT NULL,
  request_id TEXT NOT NULL,
  source TEXT NOT NULL,
  scope TEXT NOT NULL,
  changes BLOB NOT NULL
);

-- Verdicts that were given; a body is JSON.
CREATE TABLE verdict (
  id TEXT PRIMARY KEY,
  at INTEGER NOT NULL,
  caller TEXT NOT NULL,
  body BLOB NOT NULL
) WITHOUT ROWID;

-- Notes of the program to itself, such as how a source stands; a body is JSON.
CREATE TABLE note (
  name TEXT PRIMARY KEY,
  body BLOB NOT NULL
) WITHOUT ROWID;

-- What nodes are searched by, in words of ASCII (store/words.py); `_` stands between texts.
CREATE VIRTUAL TABLE search USING fts5 (name, tags, text, tokenize = "ascii tokenchars '_'");
