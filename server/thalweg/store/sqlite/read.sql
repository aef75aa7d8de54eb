-- What is asked of entities, edges, marks, histories and the store itself. Hidden nodes and edges have a negative kind
-- or type.

-- name: entity
-- The columns of an entity.
v.id, v.kind, v.k1, v.k2, v.k3, a.id, v.at, v.first_at, v.updated_at, v.gone_at, v.state, v.origins, v.body

-- name: edge
-- The columns of an edge.
e.src, e.type, e.dst, e.role, e.at, e.stated, e.derived, e.derived_last, e.body

-- name: handles
-- The handles of ids, old ids too.
SELECT w.value, v.n
FROM json_each(:ids) AS w LEFT JOIN alias AS x ON x.id = w.value
CROSS JOIN node AS v ON v.id = coalesce(x.canonical, w.value) AND v.kind > 0;

-- name: entities
-- Entities by handle.
SELECT v.n,
-- with: entity
FROM json_each(:ns) AS w CROSS JOIN node AS v ON v.n = w.value LEFT JOIN node AS a ON a.n = v.asset;

-- name: with_column_lineage
-- The handles of those entities that say of which columns theirs were made.
SELECT v.n FROM json_each(:ids) AS w CROSS JOIN node AS v ON v.id = w.value AND v.kind > 0
WHERE instr(v.body, CAST('"column_lineage":' AS BLOB)) > 0;

-- name: edges_in
-- What comes into a node along a type, the newest first, and the id of the other end.
SELECT
-- with: edge
, o.id
FROM edge AS e CROSS JOIN node AS o ON o.n = e.src
WHERE e.dst = :n AND e.type = :type AND e.at <= :as_of
  AND (:kinds IS NULL OR e.src & 15 IN (SELECT value FROM json_each(:kinds)))
ORDER BY e.at DESC, o.id LIMIT :limit;

-- name: edges_out
-- What leaves a node along a type, the newest first, and the id of the other end.
SELECT
-- with: edge
, o.id
FROM edge AS e CROSS JOIN node AS o ON o.n = e.dst
WHERE e.src = :n AND e.type = :type AND e.at <= :as_of
  AND (:kinds IS NULL OR e.dst & 15 IN (SELECT value FROM json_each(:kinds)))
ORDER BY e.at DESC, o.id LIMIT :limit;

-- name: versions
-- The versions of an asset, the newest first.
SELECT v.n, v.at FROM node AS v
WHERE v.asset = :n AND v.at <= :as_of AND v.kind > 0
  AND (:kinds IS NULL OR v.n & 15 IN (SELECT value FROM json_each(:kinds)))
ORDER BY v.at DESC, v.id LIMIT :limit;

-- name: asset
-- The asset of a version.
SELECT a.n, v.at FROM node AS v CROSS JOIN node AS a ON a.n = v.asset
WHERE v.n = :n AND v.at <= :as_of AND a.kind > 0
  AND (:kinds IS NULL OR a.n & 15 IN (SELECT value FROM json_each(:kinds)));

-- name: degrees
-- How many lineage edges come into nodes and leave them.
SELECT w.value,
  (SELECT count(*) FROM edge AS e WHERE e.dst = w.value AND e.type BETWEEN 1 AND 5 AND e.at <= :as_of),
  (SELECT count(*) FROM edge AS e WHERE e.src = w.value AND e.type BETWEEN 1 AND 5 AND e.at <= :as_of)
FROM json_each(:ns) AS w;

-- name: marks
-- The marks of models or of versions that held at some time within a period, the newest first.
SELECT w.value, r.model, r.version, r.kind, r.name, r.since, r.until, r.origin, r.caller
FROM json_each(:ids) AS w LEFT JOIN alias AS x ON x.id = w.value
CROSS JOIN mark AS r ON r.model = coalesce(x.canonical, w.value) OR r.version = coalesce(x.canonical, w.value)
CROSS JOIN node AS m ON m.id = r.model AND m.kind > 0
CROSS JOIN node AS v ON v.id = r.version AND v.kind > 0
WHERE r.since <= :last AND (r.until IS NULL OR r.until > :first)
ORDER BY r.since DESC, r.kind, r.name, r.version;

-- name: metric_history
-- The points of a metric of a node, as each scope states them.
SELECT points FROM history WHERE n = :n AND key = :key ORDER BY s, stated;

-- name: events
-- Events after a cursor.
SELECT seq, at, caller, request_id, source, scope, changes FROM event WHERE seq > :after ORDER BY seq LIMIT :limit;

-- name: verdict
-- A verdict by its id.
SELECT id, at, caller, body FROM verdict WHERE id = ?1;

-- name: notes
-- The notes whose names begin so.
SELECT name, body FROM note WHERE name >= :begin AND name < :end ORDER BY name;

-- name: joins
-- The joins of the names that lead to entities. Of each join the alias is one of the names, whatever it leads to.
WITH asked(id, canonical) AS (
  SELECT w.value, coalesce(x.canonical, w.value) FROM json_each(:ids) AS w LEFT JOIN alias AS x ON x.id = w.value
), named(id, name) AS (
  SELECT id, canonical FROM asked UNION SELECT w.id, x.id FROM asked AS w JOIN alias AS x ON x.canonical = w.canonical
)
SELECT n.id, j.kind, j.alias_key, j.of_key, f.name, c.name
FROM named AS n CROSS JOIN joined AS j ON j.alias = n.name
JOIN scope AS c ON c.id = j.scope JOIN source AS f ON f.k = c.source;

-- name: sources
-- The sources, with how many scopes they have.
SELECT f.name, f.origin, (SELECT count(*) FROM scope AS c WHERE c.source = f.k), f.closed_at FROM source AS f ORDER BY f.name;

-- name: kinds
-- How many entities there are of each kind.
SELECT kind, count(*) FROM node WHERE kind > 0 GROUP BY kind;

-- name: types
-- How many edges there are of each type.
SELECT type, count(*) FROM edge WHERE type > 0 GROUP BY type;

-- name: totals
-- How many sources and events there are, and the release that made the schema.
SELECT (SELECT count(*) FROM source), (SELECT count(*) FROM event), (SELECT value FROM meta WHERE key = 'release');

-- name: search
-- Entities that a question of the index meets, in the order of pages, from where the last page ended.
SELECT
-- with: entity
, v.gone_at IS NOT NULL AS lost, v.kind > 10 AS level
FROM search AS s CROSS JOIN node AS v ON v.n = s.rowid LEFT JOIN node AS a ON a.n = v.asset
WHERE s.search MATCH :match AND v.kind > 0
  AND (:kinds IS NULL OR v.kind IN (SELECT value FROM json_each(:kinds)))
  AND (:namespace IS NULL OR v.k1 = :namespace)
  AND (:namespace_from IS NULL OR (v.k1 >= :namespace_from AND v.k1 < :namespace_to))
  AND (:gone IS NULL OR (v.gone_at IS NOT NULL) = :gone)
  AND (:id IS NULL OR (v.gone_at IS NOT NULL, v.kind > 10, -v.at, v.id) > (:lost, :level, -:at, :id))
ORDER BY lost, level, v.at DESC, v.id LIMIT :limit;
