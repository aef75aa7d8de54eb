-- Lists, put together from these pieces: what is selected, where it is looked for (`from_…`), the conditions that were
-- given (`where_…`), the place in the list (`after_…`, going up or down), the order (`by_…`). A piece is never made of
-- anything that came with a request.

-- name: entities
-- The columns of an entity, and what the list is ordered by.
SELECT v.id, v.kind, v.k1, v.k2, v.k3, (SELECT a.id FROM node AS a WHERE a.n = v.asset), v.at, v.first_at, v.updated_at, v.gone_at, v.state, v.origins, v.body,

-- name: count
-- How many there are.
SELECT count(*)

-- name: value_at
-- The value that a list is ordered by.
v.at

-- name: value_name
-- The value that a list is ordered by.
v.name

-- name: value_first
-- The value that a list is ordered by.
v.first_at

-- name: value_updated
-- The value that a list is ordered by.
v.updated_at

-- name: value_metric
-- The value that a list is ordered by.
m.value

-- name: value_nan
-- The value that a list is ordered by: none.
NULL

-- name: from_kind
-- All of a kind.
FROM node AS v WHERE v.kind = :kind

-- name: from_asset_kind
-- All of a kind of assets, which have an index by name.
FROM node AS v WHERE v.kind = :kind AND v.kind BETWEEN 1 AND 5

-- name: from_ids
-- Among some.
FROM json_each(:ids) AS w CROSS JOIN node AS v ON v.id = w.value WHERE +v.kind = :kind

-- name: from_asset
-- The versions of an asset.
FROM node AS v INDEXED BY node_version WHERE v.asset = :asset AND v.kind = :kind

-- name: from_status
-- Those of a kind in one status.
FROM node AS v INDEXED BY node_status WHERE v.kind = :kind AND v.status = :one_status

-- name: from_sha
-- Commits by the beginning of their sha.
FROM node AS v INDEXED BY node_sha WHERE v.kind = 12 AND v.k2 >= :sha_from AND v.k2 < :sha_to

-- name: from_name
-- Assets by name, or by its beginning.
FROM node AS v INDEXED BY node_name
WHERE v.kind = :kind AND v.kind BETWEEN 1 AND 5 AND v.name >= :name_from AND v.name < :name_to

-- name: from_last
-- What has a metric, by its last value.
FROM metric_last AS m CROSS JOIN node AS v ON v.n = m.n
WHERE m.k = :metric AND v.kind = :kind

-- name: from_best
-- What has a metric, by its best value.
FROM metric_best AS m CROSS JOIN node AS v ON v.n = m.n
WHERE m.k = :metric AND v.kind = :kind

-- name: from_young_last
-- What has a metric and is too young to be found by its last value.
FROM (SELECT n, last AS value FROM metric WHERE n > :settled AND k = :metric AND last IS NOT NULL) AS m
CROSS JOIN node AS v ON v.n = m.n
WHERE v.kind = :kind

-- name: from_young_best
-- What has a metric and is too young to be found by its best value.
FROM (SELECT n, best AS value FROM metric WHERE n > :settled AND k = :metric AND best IS NOT NULL) AS m
CROSS JOIN node AS v ON v.n = m.n
WHERE v.kind = :kind

-- name: from_no_last
-- What has a metric whose last value is no number.
FROM metric AS m CROSS JOIN node AS v ON v.n = m.n
WHERE m.k = :metric AND v.kind = :kind AND m.last IS NULL

-- name: from_no_best
-- What has a metric whose best value is no number.
FROM metric AS m CROSS JOIN node AS v ON v.n = m.n
WHERE m.k = :metric AND v.kind = :kind AND m.best IS NULL

-- name: where_ids
-- Among some.
AND v.id IN (SELECT value FROM json_each(:ids))

-- name: where_namespace
-- The first part of the key.
AND v.k1 = :namespace

-- name: where_namespace_begins
-- The first part of the key by its beginning.
AND v.k1 >= :namespace_from AND v.k1 < :namespace_to

-- name: where_name
-- The name.
AND v.name = :name

-- name: where_name_begins
-- The name by its beginning.
AND v.name >= :name_from AND v.name < :name_to

-- name: where_name_contains
-- A part of the name.
AND instr(v.name, :name_contains) > 0

-- name: where_key_prefix
-- The beginning of the last part of the key.
AND substr(coalesce(v.k3, v.k2, v.k1), 1, length(:key_prefix)) = :key_prefix

-- name: where_asset
-- The asset.
AND v.asset = :asset

-- name: where_status
-- One of some statuses.
AND v.status IN (SELECT value FROM json_each(:status))

-- name: where_tags
-- Every tag that is asked for.
AND NOT EXISTS (
  SELECT 1 FROM json_each(:tags) AS w WHERE NOT EXISTS (
    SELECT 1 FROM json_each(CAST(v.body AS TEXT), '$.tags') AS t
    WHERE t.key = w.value ->> 0 AND t.value = w.value ->> 1))

-- name: where_params
-- Every parameter that is asked for.
AND NOT EXISTS (
  SELECT 1 FROM json_each(:params) AS w WHERE NOT EXISTS (
    SELECT 1 FROM json_each(CAST(v.body AS TEXT), '$.params') AS t
    WHERE t.key = w.value ->> 0 AND t.value = w.value ->> 1))

-- name: where_metric
-- A condition on a metric, the #th; NULL is NaN, which meets none but NE.
AND EXISTS (
  SELECT 1 FROM (SELECT CASE :best# WHEN 1 THEN c.best ELSE c.last END AS x FROM metric AS c WHERE c.n = v.n AND c.k = :key#)
  WHERE CASE :compare#
    WHEN 'EQ' THEN x = :value#
    WHEN 'NE' THEN x IS NULL OR :value# IS NULL OR x <> :value#
    WHEN 'LT' THEN x < :value#
    WHEN 'LE' THEN x <= :value#
    WHEN 'GT' THEN x > :value#
    WHEN 'GE' THEN x >= :value#
  END)

-- name: where_since
-- From a time on.
AND v.at >= :since

-- name: where_before
-- Before a time.
AND v.at < :before

-- name: where_gone
-- Gone.
AND v.gone_at IS NOT NULL

-- name: where_not_gone
-- Not gone.
AND v.gone_at IS NULL

-- name: where_live
-- Whose period is open.
AND v.at <= :live_at AND (v.until IS NULL OR v.until > :live_at)

-- name: where_not_live
-- Whose period is not open.
AND NOT (v.at <= :live_at AND (v.until IS NULL OR v.until > :live_at))

-- name: where_known
-- Described by somebody.
AND v.state <> 0

-- name: where_not_known
-- Known only as the end of an edge.
AND v.state = 0

-- name: up_at
-- From a place on, upwards.
AND (v.at, v.id) > (:value, :id) ORDER BY v.at, v.id LIMIT :limit

-- name: down_at
-- From a place on, downwards.
AND (v.at, v.id) < (:value, :id) ORDER BY v.at DESC, v.id DESC LIMIT :limit

-- name: up_name
-- From a place on, upwards.
AND (v.name, v.id) > (:value, :id) ORDER BY v.name, v.id LIMIT :limit

-- name: down_name
-- From a place on, downwards.
AND (v.name, v.id) < (:value, :id) ORDER BY v.name DESC, v.id DESC LIMIT :limit

-- name: up_first
-- From a place on, upwards.
AND (v.first_at, v.id) > (:value, :id) ORDER BY v.first_at, v.id LIMIT :limit

-- name: down_first
-- From a place on, downwards.
AND (v.first_at, v.id) < (:value, :id) ORDER BY v.first_at DESC, v.id DESC LIMIT :limit

-- name: up_updated
-- From a place on, upwards.
AND (v.updated_at, v.id) > (:value, :id) ORDER BY v.updated_at, v.id LIMIT :limit

-- name: down_updated
-- From a place on, downwards.
AND (v.updated_at, v.id) < (:value, :id) ORDER BY v.updated_at DESC, v.id DESC LIMIT :limit

-- name: up_metric
-- From a place on, upwards.
AND (m.value, v.id) > (:value, :id) ORDER BY m.value, v.id LIMIT :limit

-- name: down_metric
-- From a place on, downwards.
AND (m.value, v.id) < (:value, :id) ORDER BY m.value DESC, v.id DESC LIMIT :limit

-- name: up_nan
-- From a place on, upwards, among what is no number.
AND v.id > :id ORDER BY v.id LIMIT :limit

-- name: down_nan
-- From a place on, downwards, among what is no number.
AND v.id < :id ORDER BY v.id DESC LIMIT :limit

-- name: metric_key
-- The handle of a metric.
SELECT k FROM metric_key WHERE kind = :kind AND key = :key;

-- name: settled
-- Up to which node metrics are found by their value.
SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'settled';
