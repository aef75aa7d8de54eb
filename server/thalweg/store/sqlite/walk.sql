-- Walks go over handles alone: a handle says its kind, and hidden edges have no type that is asked for.

-- name: start
-- Where a walk begins, by ids, old ids too.
SELECT DISTINCT v.n
FROM json_each(:ids) AS w LEFT JOIN alias AS x ON x.id = w.value
CROSS JOIN node AS v ON v.id = coalesce(x.canonical, w.value) AND v.kind > 0;

-- name: start_versions
-- The versions of an asset that there were at a time, the newest first.
SELECT v.n FROM node AS v WHERE v.asset = :n AND v.kind > 0 AND v.at <= :as_of ORDER BY v.at DESC, v.id LIMIT :limit;

-- name: down
-- What one step downstream leads to, along all of lineage.
SELECT json_group_array(n) FROM (
  SELECT DISTINCT e.dst AS n FROM json_each(:ns) AS w CROSS JOIN edge AS e
  WHERE e.src = w.value AND e.type BETWEEN 1 AND 5 AND e.at <= :as_of LIMIT :limit);

-- name: up
-- What one step upstream leads to, along all of lineage.
SELECT json_group_array(n) FROM (
  SELECT DISTINCT e.src AS n FROM json_each(:ns) AS w CROSS JOIN edge AS e
  WHERE e.dst = w.value AND e.type BETWEEN 1 AND 5 AND e.at <= :as_of LIMIT :limit);

-- name: down_some
-- What one step downstream leads to, along some types.
SELECT json_group_array(n) FROM (
  SELECT DISTINCT e.dst AS n FROM json_each(:ns) AS w CROSS JOIN edge AS e
  WHERE e.src = w.value AND e.type IN (SELECT value FROM json_each(:types)) AND e.at <= :as_of LIMIT :limit);

-- name: up_some
-- What one step upstream leads to, along some types.
SELECT json_group_array(n) FROM (
  SELECT DISTINCT e.src AS n FROM json_each(:ns) AS w CROSS JOIN edge AS e
  WHERE e.dst = w.value AND e.type IN (SELECT value FROM json_each(:types)) AND e.at <= :as_of LIMIT :limit);

-- name: nearest
-- The first of some nodes in the order of ids.
SELECT v.n FROM json_each(:ns) AS w CROSS JOIN node AS v ON v.n = w.value ORDER BY v.id LIMIT :limit;

-- name: filtered
-- Those of some nodes that a filter lets through.
SELECT v.n FROM json_each(:ns) AS w CROSS JOIN node AS v ON v.n = w.value
WHERE (:namespace IS NULL OR v.k1 = :namespace)
  AND (:namespace_from IS NULL OR (v.k1 >= :namespace_from AND v.k1 < :namespace_to))
  AND (:name_contains IS NULL OR instr(v.name, :name_contains) > 0)
  AND (:gone IS NULL OR :gone = (v.gone_at IS NOT NULL));

-- name: nodes
-- As much of nodes as a walk returns.
SELECT v.n, v.id, v.k1, v.k2, v.k3, a.id, v.at, v.gone_at, v.until, v.status
FROM json_each(:ns) AS w CROSS JOIN node AS v ON v.n = w.value LEFT JOIN node AS a ON a.n = v.asset;

-- name: crowded
-- Those of some nodes into which many edges come.
SELECT w.value FROM json_each(:ns) AS w
WHERE (SELECT count(*) FROM (SELECT 1 FROM edge AS e WHERE e.dst = w.value AND e.type BETWEEN 1 AND 5 LIMIT :many)) = :many;

-- name: edges_into
-- The edges that come into some nodes from among others.
SELECT e.src, e.type, e.dst, e.role, e.at, e.stated, e.derived, e.derived_last, e.body
FROM json_each(:into) AS w CROSS JOIN edge AS e
WHERE e.dst = w.value AND e.type IN (SELECT value FROM json_each(:types)) AND +e.at <= :as_of
  AND +e.src IN (SELECT value FROM json_each(:among));

-- name: edges_probed
-- The same, where more edges come into each of them than there are others: every pair is looked up.
SELECT e.src, e.type, e.dst, e.role, e.at, e.stated, e.derived, e.derived_last, e.body
FROM json_each(:into) AS w CROSS JOIN json_each(:types) AS t CROSS JOIN json_each(:among) AS o CROSS JOIN edge AS e
WHERE e.dst = w.value AND e.type = t.value AND e.src = o.value AND +e.at <= :as_of;

-- name: ids
-- The ids of nodes.
SELECT v.n, v.id FROM json_each(:ns) AS w CROSS JOIN node AS v ON v.n = w.value;

-- name: before
-- One of some nodes from which an edge leads to a node.
SELECT e.src FROM edge AS e
WHERE e.dst = :n AND e.type IN (SELECT value FROM json_each(:types)) AND +e.at <= :as_of
  AND +e.src IN (SELECT value FROM json_each(:among)) LIMIT 1;

-- name: behind
-- One of some nodes to which an edge leads from a node, which many may leave: each is looked at.
SELECT e.dst FROM json_each(:among) AS o CROSS JOIN json_each(:types) AS t CROSS JOIN edge AS e
WHERE e.dst = o.value AND e.type = t.value AND e.src = :n AND +e.at <= :as_of LIMIT 1;
