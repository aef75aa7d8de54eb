-- Lists, put together from these pieces: what is selected, where it is looked for (`from_…`), the conditions that were
-- given (`where_…`, `related_…`), the place in the list and its order (`up_…`, `down_…`). A `#` stands for the number of
-- a condition, and `v` in one for the entity that it is about. A piece is never made of anything that came with a request.

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

-- name: from_ns
-- Among some, by their handles.
FROM json_each(:ns) AS w CROSS JOIN node AS v ON v.n = w.value WHERE +v.kind = :kind

-- name: from_asset
-- The versions of an asset.
FROM node AS v INDEXED BY node_version WHERE v.asset = :of_asset AND v.kind = :kind

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
v.id IN (SELECT value FROM json_each(:value#))

-- name: where_namespace
-- The first part of the key.
v.k1 = :value#

-- name: where_namespace_begins
-- The first part of the key by its beginning.
v.k1 >= :value# AND v.k1 < :end#

-- name: where_name
-- The name.
v.name = :value#

-- name: where_name_begins
-- The name by its beginning.
v.name >= :value# AND v.name < :end#

-- name: where_name_contains
-- A part of the name.
instr(v.name, :value#) > 0

-- name: where_key_prefix
-- The beginning of the last part of the key.
substr(coalesce(v.k3, v.k2, v.k1), 1, length(:value#)) = :value#

-- name: where_asset_id
-- The asset; NULL is none.
v.asset = :value#

-- name: where_status
-- One of some statuses.
v.status IN (SELECT value FROM json_each(:value#))

-- name: where_user
-- Who ran it.
json_extract(CAST(v.body AS TEXT), '$.user') = :value#

-- name: where_tag
-- A tag.
EXISTS (SELECT 1 FROM json_each(CAST(v.body AS TEXT), '$.tags') AS t WHERE t.key = :key# AND t.value = :value#)

-- name: where_param
-- A parameter.
EXISTS (SELECT 1 FROM json_each(CAST(v.body AS TEXT), '$.params') AS t WHERE t.key = :key# AND t.value = :value#)

-- name: where_number
-- A condition on a parameter that is written as a number; number() is NULL for what is none.
EXISTS (
  SELECT 1 FROM (SELECT number(t.value) AS x FROM json_each(CAST(v.body AS TEXT), '$.params') AS t WHERE t.key = :key#)
  WHERE CASE :compare#
    WHEN 'EQ' THEN x = :value# WHEN 'NE' THEN x <> :value# WHEN 'LT' THEN x < :value#
    WHEN 'LE' THEN x <= :value# WHEN 'GT' THEN x > :value# WHEN 'GE' THEN x >= :value#
  END)

-- name: where_metric
-- A condition on a metric; NULL is NaN, which meets none but NE.
EXISTS (
  SELECT 1 FROM (
    SELECT CASE :best# WHEN 1 THEN c.best ELSE c.last END AS x FROM metric AS c
    WHERE c.n = v.n AND c.k = (SELECT k FROM metric_key WHERE kind = v.kind AND key = :key#))
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
v.at >= :value#

-- name: where_before
-- Before a time.
v.at < :value#

-- name: where_created_since
-- First seen from a time on.
v.first_at >= :value#

-- name: where_created_before
-- First seen before a time.
v.first_at < :value#

-- name: where_updated_since
-- Changed from a time on.
v.updated_at >= :value#

-- name: where_updated_before
-- Changed before a time.
v.updated_at < :value#

-- name: where_gone
-- Gone.
v.gone_at IS NOT NULL

-- name: where_live
-- Whose period is open.
v.at <= :value# AND (v.until IS NULL OR v.until > :value#)

-- name: where_known
-- Described by somebody.
v.state <> 0

-- name: related_in
-- Something that an edge comes from; what it must be follows.
EXISTS (SELECT 1 FROM edge AS e# CROSS JOIN node AS w# ON w#.n = e#.src WHERE e#.dst = v.n AND e#.type = :type# AND w#.kind IN (SELECT value FROM json_each(:kinds#)) AND

-- name: related_out
-- Something that an edge leads to; what it must be follows.
EXISTS (SELECT 1 FROM edge AS e# INDEXED BY edge_out CROSS JOIN node AS w# ON w#.n = e#.dst WHERE e#.src = v.n AND e#.type = :type# AND w#.kind IN (SELECT value FROM json_each(:kinds#)) AND

-- name: related_versions
-- A version; what it must be follows.
EXISTS (SELECT 1 FROM node AS w# INDEXED BY node_version WHERE w#.asset = v.n AND w#.kind IN (SELECT value FROM json_each(:kinds#)) AND

-- name: related_asset
-- The asset; what it must be follows.
EXISTS (SELECT 1 FROM node AS w# WHERE w#.n = v.asset AND w#.kind IN (SELECT value FROM json_each(:kinds#)) AND

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


-- name: step_in
-- Where the edges come from that come into some nodes.
SELECT DISTINCT e.src FROM json_each(:ns) AS w CROSS JOIN edge AS e ON e.dst = w.value WHERE e.type = :type LIMIT :most

-- name: step_out
-- Where the edges lead that leave some nodes.
SELECT DISTINCT e.dst FROM json_each(:ns) AS w CROSS JOIN edge AS e INDEXED BY edge_out ON e.src = w.value WHERE e.type = :type LIMIT :most

-- name: step_versions
-- The versions of some assets.
SELECT DISTINCT v.n FROM json_each(:ns) AS w CROSS JOIN node AS v INDEXED BY node_version ON v.asset = w.value WHERE v.kind > 0 LIMIT :most

-- name: step_asset
-- The assets of some versions.
SELECT DISTINCT v.asset FROM json_each(:ns) AS w CROSS JOIN node AS v ON v.n = w.value WHERE v.asset IS NOT NULL LIMIT :most

-- name: key_at
-- A key of an order, the #th: when it happened.
v.at AS x#

-- name: key_name
-- A key of an order: the name.
v.name AS x#

-- name: key_first
-- A key of an order: when it was first seen.
v.first_at AS x#

-- name: key_updated
-- A key of an order: when it changed.
v.updated_at AS x#

-- name: key_last
-- A key of an order: the last value of a metric, behind which come 1, what is no number, and 2, what has none.
coalesce((SELECT c.last IS NULL FROM metric AS c WHERE c.n = v.n AND c.k = :metric#), 2) AS r#,
coalesce((SELECT c.last FROM metric AS c WHERE c.n = v.n AND c.k = :metric#), 0.0) AS x#

-- name: key_best
-- A key of an order: the best value of a metric, likewise.
coalesce((SELECT c.best IS NULL FROM metric AS c WHERE c.n = v.n AND c.k = :metric#), 2) AS r#,
coalesce((SELECT c.best FROM metric AS c WHERE c.n = v.n AND c.k = :metric#), 0.0) AS x#

-- name: having
-- What has a metric, the #th key of an order.
AND EXISTS (SELECT 1 FROM metric AS c WHERE c.n = v.n AND c.k = :metric#)

-- name: beyond_value_up
-- Behind a place in the list by a key, or with it by the keys that follow.
(x# > :x# OR (x# = :x# AND

-- name: beyond_value_down
-- Likewise, downwards.
(x# < :x# OR (x# = :x# AND

-- name: beyond_rank_up
-- Behind a place by what is no number and what is none.
(r# > :r# OR (r# = :r# AND

-- name: beyond_rank_down
-- Likewise, backwards.
(r# < :r# OR (r# = :r# AND

-- name: beyond_id_up
-- Behind a place by the id.
v.id > :id

-- name: beyond_id_down
-- Likewise, downwards.
v.id < :id

-- name: bound_up
-- Not before a place by the first key, which an index may give.
AND x# >= :x# AND

-- name: bound_down
-- Likewise, downwards.
AND x# <= :x# AND

-- name: by_value_up
-- Ordered by a key.
x#,

-- name: by_value_down
-- Ordered by a key, downwards.
x# DESC,

-- name: by_rank_up
-- What is no number, and what is none, comes last.
r#,

-- name: by_rank_down
-- What is no number, and what is none, comes first.
r# DESC,

-- name: by_id_up
-- Ties by id.
v.id LIMIT :limit

-- name: by_id_down
-- Ties by id, downwards.
v.id DESC LIMIT :limit

-- name: groups
-- The groups of a list: what they have in common, how many, and what was measured of each metric.
SELECT * FROM (SELECT g, count(*) AS number

-- name: spread
-- The spread of a metric, the #th.
, count(m#), min(m#), max(m#), avg(m#)

-- name: grouped
-- Of what the groups are made.
FROM (SELECT

-- name: spread_last
-- The last value of a metric of an entity.
, (SELECT c.last FROM metric AS c WHERE c.n = v.n AND c.k = :metric#) AS m#

-- name: spread_best
-- The best value of a metric of an entity.
, (SELECT c.best FROM metric AS c WHERE c.n = v.n AND c.k = :metric#) AS m#

-- name: in_groups
-- Where the groups are made.
) GROUP BY g) WHERE true

-- name: group_status
-- By status.
v.status AS g

-- name: group_namespace
-- By namespace.
v.k1 AS g

-- name: group_asset
-- By asset.
(SELECT a.id FROM node AS a WHERE a.n = v.asset) AS g

-- name: group_user
-- By who ran it.
json_extract(CAST(v.body AS TEXT), '$.user') AS g

-- name: group_tag
-- By the value of a tag.
(SELECT t.value FROM json_each(CAST(v.body AS TEXT), '$.tags') AS t WHERE t.key = :of) AS g

-- name: group_param
-- By the value of a parameter.
(SELECT t.value FROM json_each(CAST(v.body AS TEXT), '$.params') AS t WHERE t.key = :of) AS g

-- name: group_month
-- By month, in UTC.
strftime('%Y-%m', (v.at - ((v.at % 1000000) + 1000000) % 1000000) / 1000000, 'unixepoch') AS g

-- name: group_day
-- By day, in UTC.
strftime('%Y-%m-%d', (v.at - ((v.at % 1000000) + 1000000) % 1000000) / 1000000, 'unixepoch') AS g

-- name: after_count_up
-- Behind a group, the smallest first.
AND (number > :number OR (number = :number AND :g IS NOT NULL AND (g IS NULL OR g > :g)))

-- name: after_count_down
-- Behind a group, the largest first.
AND (number < :number OR (number = :number AND :g IS NOT NULL AND (g IS NULL OR g > :g)))

-- name: after_key_up
-- Behind a group by its key.
AND :g IS NOT NULL AND (g IS NULL OR g > :g)

-- name: after_key_down
-- Behind a group by its key, downwards.
AND :g IS NOT NULL AND (g IS NULL OR g < :g)

-- name: by_count_up
-- The smallest first.
ORDER BY number, g IS NULL, g LIMIT :limit

-- name: by_count_down
-- The largest first.
ORDER BY number DESC, g IS NULL, g LIMIT :limit

-- name: by_key_up
-- By the key.
ORDER BY g IS NULL, g LIMIT :limit

-- name: by_key_down
-- By the key, downwards.
ORDER BY g IS NULL, g DESC LIMIT :limit
