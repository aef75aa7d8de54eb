-- What the write path asks, inside its transaction, and how it writes.

-- name: counters
-- The greatest handles of nodes (without their kind), scopes and metric keys, the last cursor, the node up to which
-- metrics are settled, and how many are not. A node that is to come must lie beyond the settled ones, whatever was removed.
SELECT
  max((SELECT coalesce(max(n), 0) FROM node), (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'settled')) >> 4,
  (SELECT coalesce(max(s), 0) FROM scope),
  (SELECT coalesce(max(k), 0) FROM metric_key),
  (SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'event'),
  (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'settled'),
  (SELECT count(*) FROM metric WHERE n > (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'settled'));

-- name: holds
-- Whether anything was joined, and whether any read names no version.
SELECT EXISTS (SELECT 1 FROM alias) OR EXISTS (SELECT 1 FROM joined),
  EXISTS (SELECT 1 FROM edge_statement WHERE by IS NOT NULL);

-- name: scope
-- A scope by its id, also one that was retired.
SELECT c.s, c.id, f.name, c.name, c.origin, c.digest, c.revision, c.at, c.written_at, c.seen_at, c.caller
FROM scope AS c LEFT JOIN source AS f ON f.k = c.source WHERE c.id = ?1;

-- name: unseen_scopes
-- The scopes of a source that were last seen before a time, the oldest first.
SELECT c.s, c.id, f.name, c.name, c.origin, c.digest, c.revision, c.at, c.written_at, c.seen_at, c.caller
FROM source AS f CROSS JOIN scope AS c ON c.source = f.k AND c.seen_at < ?2
WHERE f.name = ?1 ORDER BY c.seen_at LIMIT ?3;

-- name: repeats
-- Writes that had an idempotency key.
SELECT r.key, r.digest, r.at, r.result FROM json_each(?1) AS w JOIN repeat AS r ON r.key = w.value;

-- name: aliases
-- The aliases that these ids are.
SELECT a.id, a.kind, a.key, a.asset, a.canonical FROM json_each(?1) AS w JOIN alias AS a ON a.id = w.value;

-- name: aliases_into
-- The aliases that lead to these ids.
SELECT a.id, a.kind, a.key, a.asset, a.canonical FROM json_each(?1) AS w JOIN alias AS a ON a.canonical = w.value;

-- name: joins
-- The joins of which one of these ids is a side.
SELECT j.scope, j.alias, j.of, j.kind, j.alias_key, j.of_key
FROM json_each(?1) AS w JOIN joined AS j ON j.alias = w.value
UNION
SELECT j.scope, j.alias, j.of, j.kind, j.alias_key, j.of_key
FROM json_each(?1) AS w JOIN joined AS j ON j.of = w.value;

-- name: joins_of
-- The joins that a scope states.
SELECT scope, alias, of, kind, alias_key, of_key FROM joined WHERE scope = ?1;

-- name: nodes
-- Nodes by id, hidden ones too.
SELECT v.n, v.id, v.kind, v.k1, v.k2, v.k3, v.title, v.asset, a.id, v.first_at, v.at, v.updated_at, v.gone_at, v.until, v.status,
  v.state, v.statements, v.body, v.lead, v.lead_at, v.won, v.origins, v.forgotten
FROM json_each(?1) AS w JOIN node AS v ON v.id = w.value LEFT JOIN node AS a ON a.n = v.asset;

-- name: node_handle
-- The handle of a node.
SELECT n FROM node WHERE id = ?1;

-- name: versions_of
-- The ids of the versions of assets, hidden ones too.
SELECT v.id FROM json_each(?1) AS w JOIN node AS a ON a.id = w.value JOIN node AS v ON v.asset = a.n;

-- name: edge
-- An edge, hidden or not.
SELECT type, at, first_at, stated_at, stated, derived, derived_first, derived_last, sa, ta, body
FROM edge WHERE dst = ?1 AND type IN (?2, -?2) AND src = ?3 AND role = ?4;

-- name: edge_place
-- Where an edge lies.
SELECT type, at, sa, ta FROM edge WHERE dst = ?1 AND type IN (?2, -?2) AND src = ?3 AND role = ?4;

-- name: edges_into
-- Which edges come into nodes, hidden ones too: the node, the type, the other end, the role.
SELECT e.dst, e.type, o.id, e.role FROM json_each(?1) AS w JOIN edge AS e ON e.dst = w.value JOIN node AS o ON o.n = e.src;

-- name: edges_out_of
-- Which edges leave nodes, hidden ones too: the node, the type, the other end, the role.
SELECT e.src, e.type, o.id, e.role FROM json_each(?1) AS w JOIN edge AS e ON e.src = w.value JOIN node AS o ON o.n = e.dst;

-- name: open_reads_of_run
-- The edges into a run that hold reads which name no version: the other end, the role.
SELECT DISTINCT a.id, t.role FROM edge_statement AS t JOIN node AS a ON a.n = t.src
WHERE t.dst = ?1 AND t.type = 1 AND t.by IS NOT NULL;

-- name: open_reads_between
-- The edges that hold reads of a dataset which name no version, from a time to the next version that somebody states:
-- both ends, the role.
SELECT DISTINCT a.id, b.id, t.role
FROM edge_statement AS t JOIN node AS a ON a.n = t.src JOIN node AS b ON b.n = t.dst
WHERE t.dataset = ?1 AND t.by >= ?2 AND t.by < coalesce((
  SELECT v.at FROM node AS v
  WHERE v.asset = ?1 AND v.at > ?2 AND v.state > 0 AND v.id NOT IN (SELECT value FROM json_each(?3))
  ORDER BY v.at LIMIT 1), 9223372036854775807);

-- name: newest
-- The newest version of a dataset by a time, of those that somebody states or has stated.
SELECT v.at, v.id FROM node AS v
WHERE v.asset = ?1 AND v.at <= ?2 AND v.state > 0 AND v.id NOT IN (SELECT value FROM json_each(?3))
ORDER BY v.at DESC, v.id DESC LIMIT 1;

-- name: nodes_stated
-- What scopes state of nodes and have not retired.
SELECT t.s, v.id, t.stated, t.origin, t.at, t.body
FROM json_each(?1) AS w JOIN node_statement AS t ON t.s = w.value JOIN node AS v ON v.n = t.n WHERE NOT t.retired;

-- name: edges_stated
-- What scopes state of edges and have not retired.
SELECT t.s, a.id, t.type, b.id, t.role, t.stated_src, t.stated_dst, t.origin, t.at, t.body, t.by
FROM json_each(?1) AS w JOIN edge_statement AS t ON t.s = w.value JOIN node AS a ON a.n = t.src JOIN node AS b ON b.n = t.dst
WHERE NOT t.retired;

-- name: node_statements
-- Every statement about nodes.
SELECT t.n, t.s, c.id, t.stated, t.origin, t.at, t.body, t.retired
FROM json_each(?1) AS w JOIN node_statement AS t ON t.n = w.value JOIN scope AS c ON c.s = t.s;

-- name: edge_statements
-- Every statement about an edge.
SELECT t.s, c.id, t.stated_src, t.stated_dst, t.origin, t.at, t.body, t.retired, t.by
FROM edge_statement AS t JOIN scope AS c ON c.s = t.s WHERE t.dst = ?1 AND t.type = ?2 AND t.src = ?3 AND t.role = ?4;

-- name: histories
-- The metric histories of nodes.
SELECT h.n, h.s, c.id, h.stated, h.key, h.points
FROM json_each(?1) AS w JOIN history AS h ON h.n = w.value JOIN scope AS c ON c.s = h.s;

-- name: marks_named
-- Every row of a mark of a model.
SELECT m, scope, model, version, stated_version, kind, name, since, ended, until, origin, caller
FROM mark WHERE model = ?1 AND kind = ?2 AND name = ?3;

-- name: marks_of_scope
-- The marks that a scope states and that have not ended.
SELECT m, scope, model, version, stated_version, kind, name, since, ended, until, origin, caller
FROM mark WHERE scope = ?1 AND ended IS NULL;

-- name: marks_of_model
-- Every mark of a model.
SELECT m, scope, model, version, stated_version, kind, name, since, ended, until, origin, caller
FROM mark WHERE model = ?1;

-- name: extremes
-- How many version edges stand behind an asset edge, the first and the last time.
SELECT count(*), min(at), max(at) FROM edge WHERE sa = ?1 AND ta = ?3 AND type = ?2 AND role = ?4;

-- name: isolated
-- Those of the nodes that have no edge, no statement, no version and no mark.
SELECT w.value FROM json_each(?1) AS w
WHERE NOT EXISTS (SELECT 1 FROM edge WHERE dst = w.value) AND NOT EXISTS (SELECT 1 FROM edge WHERE src = w.value)
  AND NOT EXISTS (SELECT 1 FROM node_statement WHERE n = w.value) AND NOT EXISTS (SELECT 1 FROM node WHERE asset = w.value)
  AND NOT EXISTS (SELECT 1 FROM node AS v JOIN mark ON mark.version = v.id WHERE v.n = w.value);

-- name: remove_node_statement
-- A scope takes a statement back.
DELETE FROM node_statement WHERE s = ?1 AND n = ?2 AND stated = ?3;

-- name: remove_edge_statement
-- A scope takes a statement back.
DELETE FROM edge_statement
WHERE s = ?1 AND dst = ?2 AND type = ?3 AND src = ?4 AND role = ?5 AND stated_src = ?6 AND stated_dst = ?7;

-- name: remove_history
-- The histories of a node that a scope stated.
DELETE FROM history WHERE n = ?2 AND s = ?1 AND stated = ?3;

-- name: remove_edge
-- An edge that is no more.
DELETE FROM edge WHERE dst = ?1 AND type = ?2 AND src = ?3 AND role = ?4;

-- name: remove_metrics
-- The promoted metrics of a node.
DELETE FROM metric WHERE n = ?1;

-- name: unsettle_last
-- The promoted metrics of a node leave the order by value.
DELETE FROM metric_last WHERE (k, value, n) IN (SELECT k, last, n FROM metric WHERE n = ?1);

-- name: unsettle_best
-- The promoted metrics of a node leave the order by value.
DELETE FROM metric_best WHERE (k, value, n) IN (SELECT k, best, n FROM metric WHERE n = ?1);

-- name: settle_last
-- The promoted metrics of some nodes take their place by value.
INSERT INTO metric_last SELECT k, last, n FROM metric WHERE n > ?1 AND n <= ?2 AND last IS NOT NULL ORDER BY k, last, n;

-- name: settle_best
-- The promoted metrics of some nodes take their place by value.
INSERT INTO metric_best SELECT k, best, n FROM metric WHERE n > ?1 AND n <= ?2 AND best IS NOT NULL ORDER BY k, best, n;

-- name: settled
-- Up to which node metrics are settled.
UPDATE meta SET value = ?1 WHERE key = 'settled';

-- name: remove_node
-- A node that is no more.
DELETE FROM node WHERE n = ?1;

-- name: remove_mark
-- A row of a mark.
DELETE FROM mark WHERE m = ?1;

-- name: remove_join
-- A join that a scope takes back.
DELETE FROM joined WHERE scope = ?1 AND alias = ?2 AND of = ?3;

-- name: remove_alias
-- An id that leads nowhere any more.
DELETE FROM alias WHERE id = ?1;

-- name: retire_scope
-- A scope that states nothing any more; what it stated may still name it.
UPDATE scope SET source = NULL WHERE s = ?1;

-- name: sweep_scope
-- The row of a retired scope that nothing names.
DELETE FROM scope WHERE s = ?1 AND source IS NULL
  AND NOT EXISTS (SELECT 1 FROM node_statement WHERE s = ?1) AND NOT EXISTS (SELECT 1 FROM edge_statement WHERE s = ?1)
  AND NOT EXISTS (SELECT 1 FROM history WHERE s = ?1);

-- name: add_node
-- A new node.
INSERT INTO node (n, id, kind, k1, k2, k3, title, asset, first_at, at, updated_at, gone_at, until, status, state, statements,
  lead, lead_at, won, origins, forgotten, body)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: change_node
-- A node of which nothing changed that lists are ordered by, but `updated_at`.
UPDATE node SET updated_at = ?2, gone_at = ?3, until = ?4, status = ?5, state = ?6, statements = ?7, lead = ?8, lead_at = ?9,
  won = ?10, origins = ?11, forgotten = ?12, body = ?13
WHERE n = ?1;

-- name: move_node
-- A node of which more changed.
UPDATE node SET updated_at = ?2, gone_at = ?3, until = ?4, status = ?5, state = ?6, statements = ?7, lead = ?8, lead_at = ?9,
  won = ?10, origins = ?11, forgotten = ?12, body = ?13, kind = ?14, title = ?15, asset = ?16, first_at = ?17, at = ?18
WHERE n = ?1;

-- name: add_edge
-- A new edge.
INSERT INTO edge (dst, type, src, role, at, first_at, stated_at, stated, derived, derived_first, derived_last, sa, ta, body)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: change_edge
-- An edge whose place is still the same.
UPDATE edge SET first_at = ?5, stated_at = ?6, stated = ?7, derived = ?8, derived_first = ?9, derived_last = ?10, body = ?11
WHERE dst = ?1 AND type = ?2 AND src = ?3 AND role = ?4;

-- name: move_edge
-- An edge that moves in time, changes an asset of its ends, is hidden or comes back.
UPDATE edge SET first_at = ?5, stated_at = ?6, stated = ?7, derived = ?8, derived_first = ?9, derived_last = ?10, body = ?11,
  type = ?12, at = ?13, sa = ?14, ta = ?15
WHERE dst = ?1 AND type = ?2 AND src = ?3 AND role = ?4;

-- name: put_node_statement
-- What a scope states of a node.
INSERT INTO node_statement (s, n, stated, origin, at, retired, body) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET origin = excluded.origin, at = excluded.at, retired = excluded.retired, body = excluded.body;

-- name: put_edge_statement
-- What a scope states of an edge.
INSERT INTO edge_statement (s, dst, type, src, role, stated_src, stated_dst, origin, at, retired, body, dataset, by)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET origin = excluded.origin, at = excluded.at, retired = excluded.retired, body = excluded.body,
  dataset = excluded.dataset, by = excluded.by;

-- name: metric_key
-- The handle of a metric of a kind.
SELECT k FROM metric_key WHERE kind = ?1 AND key = ?2;

-- name: add_metric_key
-- A metric that was not seen before.
INSERT INTO metric_key (k, kind, key) VALUES (?, ?, ?);

-- name: put_metric
-- A promoted metric.
INSERT INTO metric (n, k, last, best) VALUES (?, ?, ?, ?);

-- name: put_history
-- The points of a metric, as a scope states them.
INSERT INTO history (n, s, stated, key, points) VALUES (?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET points = excluded.points;

-- name: put_mark
-- A new row of a mark.
INSERT INTO mark (scope, model, version, stated_version, kind, name, since, ended, until, origin, caller)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET ended = excluded.ended, until = excluded.until, origin = excluded.origin, caller = excluded.caller
RETURNING m;

-- name: change_mark
-- A row of a mark that changed.
UPDATE mark SET scope = ?2, model = ?3, version = ?4, stated_version = ?5, kind = ?6, name = ?7, since = ?8, ended = ?9,
  until = ?10, origin = ?11, caller = ?12
WHERE m = ?1;

-- name: put_join
-- A join that a scope states.
INSERT INTO joined (scope, alias, of, kind, alias_key, of_key) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET kind = excluded.kind, alias_key = excluded.alias_key, of_key = excluded.of_key;

-- name: put_alias
-- An id that leads to another.
INSERT INTO alias (id, kind, key, asset, canonical) VALUES (?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET kind = excluded.kind, key = excluded.key, asset = excluded.asset, canonical = excluded.canonical;

-- name: put_source
-- A source, with the origin that spoke last.
INSERT INTO source (name, origin) VALUES (?, ?)
ON CONFLICT DO UPDATE SET origin = excluded.origin RETURNING k;

-- name: put_scope
-- A scope, as it was written last.
INSERT INTO scope (s, id, source, name, origin, digest, revision, at, written_at, seen_at, caller)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (s) DO UPDATE SET source = excluded.source, name = excluded.name, origin = excluded.origin,
  digest = excluded.digest, revision = excluded.revision, at = excluded.at, written_at = excluded.written_at,
  seen_at = excluded.seen_at, caller = excluded.caller;

-- name: see_scope
-- A scope was seen.
UPDATE scope SET seen_at = ?2 WHERE s = ?1;

-- name: close_source
-- A pass over a source was complete.
UPDATE source SET closed_at = ?2 WHERE name = ?1;

-- name: put_repeat
-- What a write with an idempotency key came to.
INSERT OR REPLACE INTO repeat (key, digest, at, result) VALUES (?, ?, ?, ?);

-- name: add_event
-- What a granule changed.
INSERT INTO event (seq, at, caller, request_id, source, scope, changes) VALUES (?, ?, ?, ?, ?, ?, ?);

-- name: keep_note
-- A note, in the place of what was noted under its name.
INSERT INTO note (name, body) VALUES (?, ?) ON CONFLICT DO UPDATE SET body = excluded.body;

-- name: keep_verdict
-- A verdict that was given; one that is kept already stays.
INSERT INTO verdict (id, at, caller, body) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING;

-- name: text
-- What a node is searched by.
SELECT name, tags, text FROM search WHERE rowid = ?1;

-- name: put_text
-- What a node is searched by from now on.
INSERT INTO search (rowid, name, tags, text) VALUES (?, ?, ?, ?);

-- name: remove_text
-- A node is no longer searched.
DELETE FROM search WHERE rowid = ?;

-- name: columned
-- The versions of a dataset that may have columns, the newest first.
SELECT body FROM node WHERE asset = ?1 AND kind = 11 AND instr(body, x'22636f6c756d6e73223a5b') ORDER BY at DESC, id DESC;
