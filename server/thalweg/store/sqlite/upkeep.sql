-- What must hold of a store, and what brings back what follows from the rest.

-- name: quick_check
-- What SQLite itself finds wrong.
PRAGMA quick_check(10);

-- name: foreign_key_check
-- Rows that name what is not there.
PRAGMA foreign_key_check;

-- name: size
-- How many nodes and edges there are.
SELECT (SELECT count(*) FROM node), (SELECT count(*) FROM edge);

-- name: node_counts
-- Nodes whose count of statements is not how many there are.
SELECT v.id FROM node AS v
WHERE v.statements <> (SELECT count(*) FROM node_statement AS t WHERE t.n = v.n AND NOT t.retired) LIMIT :limit;

-- name: edge_counts
-- Edges whose count of statements is not how many there are.
SELECT a.id || ' ' || e.type || ' ' || b.id FROM edge AS e JOIN node AS a ON a.n = e.src JOIN node AS b ON b.n = e.dst
WHERE e.stated <> (
  SELECT count(*) FROM edge_statement AS t
  WHERE t.dst = e.dst AND t.type = abs(e.type) AND t.src = e.src AND t.role = e.role AND NOT t.retired)
LIMIT :limit;

-- name: loose_statements
-- Statements about edges that are not there.
SELECT a.id || ' ' || t.type || ' ' || b.id FROM edge_statement AS t
LEFT JOIN node AS a ON a.n = t.src LEFT JOIN node AS b ON b.n = t.dst
WHERE NOT EXISTS (
  SELECT 1 FROM edge AS e WHERE e.dst = t.dst AND e.type IN (t.type, -t.type) AND e.src = t.src AND e.role = t.role)
LIMIT :limit;

-- name: hidden_nodes
-- Nodes that are hidden and should not be, or the other way round.
SELECT v.id FROM node AS v LEFT JOIN node AS a ON a.n = v.asset
WHERE (v.kind < 0) <> (v.forgotten OR coalesce(a.forgotten, 0)) LIMIT :limit;

-- name: hidden_edges
-- Edges that are hidden and should not be, or the other way round: so is one between versions that were joined into one.
SELECT a.id || ' ' || e.type || ' ' || b.id FROM edge AS e JOIN node AS a ON a.n = e.src JOIN node AS b ON b.n = e.dst
WHERE (e.type < 0) <> (a.kind < 0 OR b.kind < 0 OR (a.n = b.n AND a.kind > 10)) LIMIT :limit;

-- name: wrong_assets
-- Version edges that name other assets than their ends do.
SELECT a.id || ' ' || e.type || ' ' || b.id FROM edge AS e JOIN node AS a ON a.n = e.src JOIN node AS b ON b.n = e.dst
WHERE e.sa IS NOT CASE WHEN abs(e.type) < 6 AND b.asset IS NOT NULL THEN a.asset END
  OR e.ta IS NOT CASE WHEN abs(e.type) < 6 AND a.asset IS NOT NULL THEN b.asset END
LIMIT :limit;

-- name: wrong_derived
-- Asset edges that are not what version edges give: their ends, type and role.
SELECT a.id, g.type, b.id, g.role
FROM (
  SELECT sa, ta, type, role, count(*) AS number, min(at) AS first, max(at) AS last
  FROM edge WHERE sa IS NOT NULL AND type > 0 GROUP BY sa, ta, type, role) AS g
JOIN node AS a ON a.n = g.sa JOIN node AS b ON b.n = g.ta
LEFT JOIN edge AS e ON e.dst = g.ta AND e.type IN (g.type, -g.type) AND e.src = g.sa AND e.role = g.role
WHERE e.derived IS NOT g.number OR e.derived_first <> g.first OR e.derived_last <> g.last
UNION ALL
SELECT a.id, e.type, b.id, e.role FROM edge AS e JOIN node AS a ON a.n = e.src JOIN node AS b ON b.n = e.dst
WHERE e.derived > 0 AND NOT EXISTS (
  SELECT 1 FROM edge AS w WHERE w.sa = e.src AND w.ta = e.dst AND w.type = abs(e.type) AND w.role = e.role);

-- name: wrong_reads
-- Edges that hold reads which name no version, and that hang on another than a version which the run is stated to have
-- read, or else the newest that was there by the run's start and before the first that the run wrote: their ends, their
-- role. `:stated` is `places.STATED`.
WITH read AS (
  SELECT t.dst, t.src, t.role, t.dataset, t.by, b.at AS start, a.id, a.asset, a.k3, (
    SELECT min(w.at) - 1 FROM edge AS e JOIN node AS w ON w.n = e.dst
    WHERE e.src = t.dst AND e.type IN (3, -3) AND w.asset = a.asset AND w.state > 0 AND w.k3 <> 'unversioned') AS before, (
    SELECT max(v.id) FROM edge_statement AS o JOIN node AS v ON v.n = o.src
    WHERE o.dst = t.dst AND o.type = 1 AND o.by IS NULL AND NOT o.retired AND v.asset = a.asset) AS said
  FROM edge_statement AS t JOIN node AS a ON a.n = t.src JOIN node AS b ON b.n = t.dst
  WHERE t.by IS NOT NULL)
SELECT DISTINCT r.id, b.id, r.role FROM read AS r JOIN node AS b ON b.n = r.dst
WHERE r.dataset IS NOT r.asset OR CASE
  WHEN r.said IS NOT NULL THEN r.by <> :stated OR r.id <> r.said
  ELSE r.by IS NOT min(r.start, coalesce(r.before, r.start))
    OR CASE WHEN r.k3 = 'unversioned' THEN NULL ELSE r.src END IS NOT (
      SELECT v.n FROM node AS v WHERE v.asset = r.asset AND v.at <= r.by AND v.state > 0 AND v.k3 <> 'unversioned'
      ORDER BY v.at DESC, v.id DESC LIMIT 1)
  END;

-- name: lost_aliases
-- Old ids that lead to nothing.
SELECT x.id FROM alias AS x WHERE NOT EXISTS (SELECT 1 FROM node AS v WHERE v.id = x.canonical) LIMIT :limit;

-- name: lost_marks
-- Marks of models or versions that are not there.
SELECT r.model || ' ' || r.version FROM mark AS r
WHERE NOT EXISTS (SELECT 1 FROM node AS v WHERE v.id = r.model) OR NOT EXISTS (SELECT 1 FROM node AS v WHERE v.id = r.version)
LIMIT :limit;

-- name: wrong_metrics
-- Nodes whose metrics are not where lists look for them by value, and the other way round.
WITH kept AS (
  SELECT n, k, last, best FROM metric WHERE n <= (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'settled'))
SELECT n || ' ' || k FROM (
  SELECT n, k FROM kept AS m
  WHERE last IS NOT NULL AND NOT EXISTS (SELECT 1 FROM metric_last AS o WHERE o.k = m.k AND o.value = m.last AND o.n = m.n)
  UNION
  SELECT n, k FROM kept AS m
  WHERE best IS NOT NULL AND NOT EXISTS (SELECT 1 FROM metric_best AS o WHERE o.k = m.k AND o.value = m.best AND o.n = m.n)
  UNION
  SELECT n, k FROM metric_last AS o
  WHERE NOT EXISTS (SELECT 1 FROM kept AS m WHERE m.n = o.n AND m.k = o.k AND m.last = o.value)
  UNION
  SELECT n, k FROM metric_best AS o
  WHERE NOT EXISTS (SELECT 1 FROM kept AS m WHERE m.n = o.n AND m.k = o.k AND m.best = o.value))
LIMIT :limit;

-- name: texts
-- Every node, and what it is searched by.
SELECT v.n, v.id, v.kind, v.k1, v.k2, v.k3, v.body, s.name, s.tags, s.text
FROM node AS v LEFT JOIN search AS s ON s.rowid = v.n ORDER BY v.n;

-- name: loose_texts
-- What is searched of nodes that are not there.
SELECT s.rowid FROM search AS s WHERE NOT EXISTS (SELECT 1 FROM node AS v WHERE v.n = s.rowid);
