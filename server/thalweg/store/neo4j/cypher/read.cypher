// Entities and what stands around them. Each answers one record that holds a list.

// name: entity
// A part: what is answered of an entity.
  n.id, n.key, n.asset, n.at, n.first_at, n.updated_at, n.gone_at, n.state, d.origins, d.body

// name: get
// The entities of these ids.
UNWIND $ids AS id
MATCH (n:Entity {id: id})
WHERE NOT n:Hidden
MATCH (d:Detail {id: id})
RETURN collect([
// with: entity
]) AS rows

// name: with_column_lineage
// Those entities that say of which columns theirs were made.
UNWIND $ids AS id
MATCH (n:Entity {id: id})
WHERE NOT n:Hidden
MATCH (d:Detail {id: id})
WHERE d.body CONTAINS '"column_lineage":'
RETURN collect([
// with: entity
]) AS rows

// name: neighbours
// The newest of the edges that leave each node, with what is at their other ends; `more` is one beyond the limit.
UNWIND $ids AS id
MATCH (a:Entity {id: id})
CALL (a) {
  MATCH (a)-[e:TYPES]->(n)
  WHERE ($as_of IS NULL OR e.at <= $as_of) AND ($kinds IS NULL OR n.kind IN $kinds)
  WITH e, n ORDER BY e.at DESC, n.id LIMIT $limit
  MATCH (d:Detail {id: n.id})
  RETURN collect([type(e), properties(e),
// with: entity
]) AS found
}
RETURN collect([id, found]) AS rows

// name: versions
// The newest versions of each asset.
UNWIND $ids AS id
MATCH (a:Entity {id: id})
CALL (id) {
  MATCH (n:Entity)
  WHERE n.asset = id AND n.at <= $as_of AND NOT n:Hidden AND ($kinds IS NULL OR n.kind IN $kinds)
  WITH n ORDER BY n.asset DESC, n.at DESC, n.id LIMIT $limit
  MATCH (d:Detail {id: n.id})
  RETURN collect([null, null,
// with: entity
]) AS found
}
RETURN collect([id, found]) AS rows

// name: assets
// The asset of each version.
UNWIND $ids AS id
MATCH (v:Entity {id: id})
CALL (v) {
  MATCH (n:Entity {id: v.asset})
  WHERE NOT n:Hidden AND NOT v:Hidden AND v.at <= $as_of AND ($kinds IS NULL OR n.kind IN $kinds)
  MATCH (d:Detail {id: n.id})
  WITH v, n, d LIMIT $limit
  RETURN collect([null, v.at,
// with: entity
]) AS found
}
RETURN collect([id, found]) AS rows

// name: degrees
// How many lineage edges come into each node and leave it, read off the node.
UNWIND $ids AS id
MATCH (n:Entity {id: id})
RETURN collect([id, COUNT { (n)<-[:TYPES]-() }, COUNT { (n)-[:TYPES]->() }]) AS rows

// name: degrees_as_of
// How many lineage edges came into each node and left it at a time.
UNWIND $ids AS id
MATCH (n:Entity {id: id})
RETURN collect([
  id, COUNT { (n)<-[e:TYPES]-() WHERE e.at <= $as_of }, COUNT { (n)-[e:TYPES]->() WHERE e.at <= $as_of }
]) AS rows

// name: marks
// The marks of models and of model versions.
UNWIND $ids AS id
MATCH (n:Entity {id: id})
CALL (id) {
  MATCH (m:Mark {model: id}) RETURN m
  UNION
  MATCH (m:Mark {version: id}) RETURN m
}
MATCH (v:Entity {id: m.version})
WHERE NOT v:Hidden AND ($at IS NULL OR (m.since <= $at AND (m.until IS NULL OR m.until > $at)))
RETURN collect([id, m.model, m.version, m.kind, m.name, m.since, m.until, m.origin, m.caller]) AS rows

// name: metric_history
// The logged points of a metric, a chunk at a time.
MATCH (n:Entity {id: $id})
WHERE NOT n:Hidden
OPTIONAL MATCH (h:MetricHistory {node: $id, key: $key})
RETURN collect([h.steps, h.ats, h.values]) AS rows, count(n) AS there

// name: events
// What happened after an event, in order.
MATCH (e:Event)
WHERE e.seq > $after
WITH e ORDER BY e.seq LIMIT $limit
RETURN collect([e.seq, e.at, e.caller, e.request_id, e.source, e.scope, e.changes]) AS rows

// name: notes
// The notes whose names begin so.
MATCH (n:Note)
WHERE n.name STARTS WITH $begin
RETURN collect([n.name, n.body]) AS rows

// name: verdict
// A verdict by its id.
MATCH (v:Verdict {id: $id})
RETURN v.id AS id, v.at AS at, v.caller AS caller, v.body AS body

// name: search
// Entities that a question of the index meets, in the order of pages, from where the last page ended.
CALL db.index.fulltext.queryNodes('detail_said', $match) YIELD node AS d
MATCH (n:Entity {id: d.id})
WHERE n.kind IS NOT NULL
  AND ($kept.kinds IS NULL OR n.kind IN $kept.kinds)
  AND ($kept.namespace IS NULL OR n.namespace = $kept.namespace)
  AND ($kept.namespace_begins IS NULL OR n.namespace STARTS WITH $kept.namespace_begins)
  AND ($kept.gone IS NULL OR (n.gone_at IS NOT NULL) = $kept.gone)
WITH n, d, CASE WHEN n.gone_at IS NULL THEN 0 ELSE 1 END AS lost, CASE WHEN n.kind IN $kept.assets THEN 0 ELSE 1 END AS level
WHERE $kept.id IS NULL OR lost > $kept.lost OR (lost = $kept.lost AND (
  level > $kept.level OR (level = $kept.level AND (n.at < $kept.at OR (n.at = $kept.at AND n.id > $kept.id)))))
WITH n, d, lost, level ORDER BY lost, level, n.at DESC, n.id LIMIT $limit
RETURN collect([n.id, n.key, n.asset, n.at, n.first_at, n.updated_at, n.gone_at, n.state, d.origins, d.body]) AS rows
