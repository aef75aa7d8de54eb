// Lists: a page of entities in an order, by keyset. An index gives the order, so that a page is read and no more; where a
// condition names few entities (by id, asset or name), those are gathered and sorted instead.

// name: entity_row
// A part: what is answered of an entity.
  n.id, n.key, n.asset, n.at, n.first_at, n.updated_at, n.gone_at, n.state, d.origins, d.body

// name: kept
// A part: which entities a list holds.
// One map of parameters, since Neo4j plans a text anew for each combination of their types, and null is one. REST: what
// else must hold, put together from the parts of condition.cypher.
    ($kept.namespace IS NULL OR n.namespace = $kept.namespace)
    AND ($kept.namespace_begins IS NULL OR n.namespace STARTS WITH $kept.namespace_begins)
    AND ($kept.name IS NULL OR coalesce(n.whole_name, n.name) = $kept.name)
    AND ($kept.name_begins IS NULL OR coalesce(n.whole_name, n.name) STARTS WITH $kept.name_begins)
    AND ($kept.name_contains IS NULL OR coalesce(n.whole_name, n.name) CONTAINS $kept.name_contains)
    AND ($kept.key_begins IS NULL OR coalesce(n.last, n.whole_name, n.name) STARTS WITH $kept.key_begins)
    AND ($kept.asset IS NULL OR n.asset = $kept.asset)
    AND ($kept.ids IS NULL OR n.id IN $kept.ids)
    AND ($kept.status IS NULL OR n.status IN $kept.status)
    AND ($kept.since IS NULL OR n.at >= $kept.since)
    AND ($kept.before IS NULL OR n.at < $kept.before)
    AND ($kept.gone IS NULL OR (n.gone_at IS NOT NULL) = $kept.gone)
    AND ($kept.known IS NULL OR (n.state <> 0) = $kept.known)
    AND ($kept.live IS NULL OR (n.at <= $kept.live_at AND (n.until IS NULL OR n.until > $kept.live_at)) = $kept.live)
    AND (NOT $kept.within OR EXISTS {
      MATCH (c:Detail {id: n.id})
      WHERE all(pair IN $kept.tags WHERE pair IN c.tags) AND all(pair IN $kept.params WHERE pair IN c.params)
        AND all(is IN $kept.metrics WHERE any(
          value IN [i IN range(0, size(coalesce(c.metrics, [])) - 1) WHERE c.metrics[i] = is.key |
            CASE WHEN is.best THEN c.bests[i] ELSE c.lasts[i] END]
          WHERE CASE is.compare
            WHEN 'EQ' THEN value = is.value WHEN 'NE' THEN value <> is.value WHEN 'LT' THEN value < is.value
            WHEN 'LE' THEN value <= is.value WHEN 'GT' THEN value > is.value ELSE value >= is.value END))
    })
    REST

// name: sorted
// A page in the order of an index: what shares the value of the place it begins at, then what lies beyond.
CALL () {
  MATCH (n:Entity)
  USING INDEX n:Entity(kind, SORT, id)
  WHERE n.kind = $kind AND n.SORT = $value AND n.id BEYOND $id AND
// with: kept
  WITH n ORDER BY n.kind WAY, n.SORT WAY, n.id WAY LIMIT $limit
  RETURN n
  UNION ALL
  MATCH (n:Entity)
  USING INDEX n:Entity(kind, SORT, id)
  WHERE n.kind = $kind AND n.SORT >= $low AND n.SORT < $high AND n.id IS NOT NULL AND
// with: kept
  WITH n ORDER BY n.kind WAY, n.SORT WAY, n.id WAY LIMIT $limit
  RETURN n
}
WITH n ORDER BY n.SORT WAY, n.id WAY LIMIT $limit
MATCH (d:Detail {id: n.id})
RETURN collect([n.SORT,
// with: entity_row
]) AS rows

// name: page
// A part: a page of what was gathered.
WITH n
WHERE n.kind = $kind AND ($value IS NULL OR n.SORT BEYOND $value OR (n.SORT = $value AND n.id BEYOND $id)) AND
// with: kept
WITH n ORDER BY n.SORT WAY, n.id WAY LIMIT $limit
MATCH (d:Detail {id: n.id})
RETURN collect([n.SORT,
// with: entity_row
]) AS rows

// name: by_ids
// A part: entities by their ids.
UNWIND $ids AS id
MATCH (n:Entity {id: id})

// name: by_asset
// A part: the versions of an asset.
MATCH (n:Entity)
WHERE n.asset = $asset AND n.at IS NOT NULL

// name: by_name
// A part: entities by their name, or by what it begins with.
MATCH (n:Entity)
USING INDEX n:Entity(kind, name, id)
WHERE n.kind = $kind AND n.name STARTS WITH $name_start AND n.id IS NOT NULL

// name: by_kind
// A part: all of a kind, within a time.
MATCH (n:Entity)
USING INDEX n:Entity(kind, at, id)
WHERE n.kind = $kind AND n.at >= $low AND n.at < $high AND n.id IS NOT NULL

// name: sorted_by_ids
// A page of some entities.
// with: by_ids
// with: page

// name: sorted_by_asset
// A page of the versions of an asset.
// with: by_asset
// with: page

// name: sorted_by_name
// A page of the entities of a name.
// with: by_name
// with: page

// name: versions_by_time
// A page of the versions of an asset in the order of time.
MATCH (n:Entity)
WHERE n.asset = $asset AND n.at >= $low AND n.at < $high
  AND n.kind = $kind AND ($value IS NULL OR n.at BEYOND $value OR n.id BEYOND $id) AND
// with: kept
WITH n ORDER BY n.asset WAY, n.at WAY, n.id WAY LIMIT $limit
MATCH (d:Detail {id: n.id})
RETURN collect([n.at,
// with: entity_row
]) AS rows

// name: sorted_by_last
// A page in the order of the last value of a metric.
MATCH (m:MetricValue)
WHERE m.kind = $kind AND m.key = $metric AND m.last >= $low AND m.last <= $high AND m.id IS NOT NULL
WITH m ORDER BY m.kind WAY, m.key WAY, m.last WAY, m.id WAY
MATCH (n:Entity {id: m.id})
WHERE
// with: kept
WITH m, n LIMIT $limit
MATCH (d:Detail {id: n.id})
RETURN collect([m.last,
// with: entity_row
]) AS rows

// name: same_last
// A page of what has the same last value of a metric; that may be none at all.
MATCH (m:MetricValue)
WHERE m.kind = $kind AND m.key = $metric AND m.last = $value AND m.id BEYOND $id
WITH m ORDER BY m.kind WAY, m.key WAY, m.last WAY, m.id WAY
MATCH (n:Entity {id: m.id})
WHERE
// with: kept
WITH m, n LIMIT $limit
MATCH (d:Detail {id: n.id})
RETURN collect([m.last,
// with: entity_row
]) AS rows

// name: sorted_by_best
// A page in the order of the best value of a metric.
MATCH (m:MetricValue)
WHERE m.kind = $kind AND m.key = $metric AND m.best >= $low AND m.best <= $high AND m.id IS NOT NULL
WITH m ORDER BY m.kind WAY, m.key WAY, m.best WAY, m.id WAY
MATCH (n:Entity {id: m.id})
WHERE
// with: kept
WITH m, n LIMIT $limit
MATCH (d:Detail {id: n.id})
RETURN collect([m.best,
// with: entity_row
]) AS rows

// name: same_best
// A page of what has the same best value of a metric; that may be none at all.
MATCH (m:MetricValue)
WHERE m.kind = $kind AND m.key = $metric AND m.best = $value AND m.id BEYOND $id
WITH m ORDER BY m.kind WAY, m.key WAY, m.best WAY, m.id WAY
MATCH (n:Entity {id: m.id})
WHERE
// with: kept
WITH m, n LIMIT $limit
MATCH (d:Detail {id: n.id})
RETURN collect([m.best,
// with: entity_row
]) AS rows

// name: number
// A part: how many there are.
WITH n
WHERE n.kind = $kind AND
// with: kept
RETURN count(n) AS number

// name: count_by_ids
// How many of some entities a list holds.
// with: by_ids
// with: number

// name: count_by_asset
// How many versions of an asset a list holds.
// with: by_asset
// with: number

// name: count_by_name
// How many entities of a name a list holds.
// with: by_name
// with: number

// name: count_by_kind
// How many entities of a kind a list holds.
// with: by_kind
// with: number

// name: values
// A part: what an entity is sorted by, for each key a rank (what is no number and what is none have one) and a value;
// and whether that lies behind the place where the page begins.
WITH n
WHERE n.kind = $kind AND
// with: kept
OPTIONAL MATCH (m:Detail {id: CASE WHEN $measured THEN n.id END})
WITH n, [key IN $order | CASE key.by
  WHEN 'METRIC' THEN coalesce(head([i IN range(0, size(coalesce(m.metrics, [])) - 1) WHERE m.metrics[i] = key.metric |
    CASE WHEN key.best THEN [m.bests[i]] ELSE [m.lasts[i]] END]), [])
  ELSE [n[key.by]] END] AS found
WITH n, [i IN range(0, size(found) - 1) | CASE
  WHEN size(found[i]) = 0 THEN [2 * $turn, 0.0]
  WHEN $order[i].by = 'METRIC' AND isNaN(found[i][0]) THEN [$turn, 0.0]
  ELSE [0, found[i][0]] END] AS values
WHERE NOT $having OR values[0][0] <> 2 * $turn
WITH n, values, coalesce(head([i IN range(0, size(values) - 1) WHERE $place IS NOT NULL AND values[i] <> $place[i] | CASE
  WHEN values[i][0] <> $place[i][0] THEN values[i][0] > $place[i][0]
  ELSE (values[i][1] < $place[i][1]) = $order[i].down END]), $place IS NULL OR (n.id < $id) = $id_down AND n.id <> $id) AS beyond
WHERE beyond

// name: by_values
// A part: what the page is sorted by, and answered.
  values[0][0], CASE WHEN NOT $order[0].down THEN values[0][1] END, CASE WHEN $order[0].down THEN values[0][1] END DESC,
  values[1][0], CASE WHEN NOT $order[1].down THEN values[1][1] END, CASE WHEN $order[1].down THEN values[1][1] END DESC,
  values[2][0], CASE WHEN NOT $order[2].down THEN values[2][1] END, CASE WHEN $order[2].down THEN values[2][1] END DESC,
  values[3][0], CASE WHEN NOT $order[3].down THEN values[3][1] END, CASE WHEN $order[3].down THEN values[3][1] END DESC,
  CASE WHEN NOT $id_down THEN n.id END, CASE WHEN $id_down THEN n.id END DESC
LIMIT $limit
MATCH (d:Detail {id: n.id})
RETURN collect([values,
// with: entity_row
]) AS rows

// name: keyed_by_ids
// A page of some entities by several keys.
// with: by_ids
// with: values
WITH n, values ORDER BY
// with: by_values

// name: keyed_by_asset
// A page of the versions of an asset by several keys.
// with: by_asset
// with: values
WITH n, values ORDER BY
// with: by_values

// name: keyed_by_name
// A page of the entities of a name by several keys.
// with: by_name
// with: values
WITH n, values ORDER BY
// with: by_values

// name: keyed_by_kind
// A page of a kind by several keys.
// with: by_kind
// with: values
WITH n, values ORDER BY
// with: by_values

// name: keyed
// A page by several keys, in the order of an index by the first of them.
MATCH (n:Entity)
USING INDEX n:Entity(kind, SORT, id)
WHERE n.kind = $kind AND n.SORT >= $low AND n.SORT < $high AND n.id IS NOT NULL
// with: values
WITH n, values ORDER BY n.kind WAY, n.SORT WAY,
// with: by_values

// name: groups
// A part: a page of the groups of a list, with counts and the spread of metrics.
WITH n
WHERE n.kind = $kind AND
// with: kept
OPTIONAL MATCH (m:Detail {id: CASE WHEN $measured THEN n.id END})
WITH CASE $by
    WHEN 'STATUS' THEN n.status
    WHEN 'NAMESPACE' THEN n.namespace
    WHEN 'ASSET' THEN n.asset
    WHEN 'TAG' THEN head([pair IN m.tags WHERE pair STARTS WITH $begin | substring(pair, size($begin))])
    WHEN 'PARAM' THEN head([pair IN m.params WHERE pair STARTS WITH $begin | substring(pair, size($begin))])
    WHEN 'USER' THEN head([part IN split(m.body, '"user":"')[1..]
      WHERE m.body ENDS WITH ('"user":"' + part) AND part ENDS WITH '"}' AND NOT
        replace(replace(left(part, size(part) - 2), '\\\\', ''), '\\"', '') CONTAINS '"' | left(part, size(part) - 2)])
    ELSE substring(toString(datetime({epochSeconds: toInteger(floor(n.at / 1000000.0))})), 0, $letters) END AS key,
  [metric IN $metrics | head([i IN range(0, size(coalesce(m.metrics, [])) - 1) WHERE m.metrics[i] = metric |
    CASE WHEN $best THEN m.bests[i] ELSE m.lasts[i] END])] AS found
WITH key, [value IN found | CASE WHEN NOT isNaN(value) THEN value END] AS values
WITH key, count(*) AS number,
  [count(values[0]), min(values[0]), max(values[0]), avg(values[0])] AS m0,
  [count(values[1]), min(values[1]), max(values[1]), avg(values[1])] AS m1,
  [count(values[2]), min(values[2]), max(values[2]), avg(values[2])] AS m2,
  [count(values[3]), min(values[3]), max(values[3]), avg(values[3])] AS m3,
  [count(values[4]), min(values[4]), max(values[4]), avg(values[4])] AS m4
WHERE $place IS NULL OR CASE
  WHEN $by_count AND number <> $place[0] THEN (number < $place[0]) = $descending
  WHEN $place[1] IS NULL THEN false
  ELSE key IS NULL OR (key <> $place[1] AND (key < $place[1]) = (NOT $by_count AND $descending)) END
WITH key, number, [m0, m1, m2, m3, m4] AS spreads
ORDER BY CASE WHEN $by_count AND NOT $descending THEN number END, CASE WHEN $by_count AND $descending THEN number END DESC,
  key IS NULL, CASE WHEN $by_count OR NOT $descending THEN key END, CASE WHEN NOT $by_count AND $descending THEN key END DESC
LIMIT $limit
RETURN collect([key, number, spreads]) AS rows

// name: groups_by_ids
// The groups of some entities.
// with: by_ids
// with: groups

// name: groups_by_asset
// The groups of the versions of an asset.
// with: by_asset
// with: groups

// name: groups_by_name
// The groups of the entities of a name.
// with: by_name
// with: groups

// name: groups_by_kind
// The groups of a kind, within a time.
// with: by_kind
// with: groups
