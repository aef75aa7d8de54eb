// What the weave asks for, inside its transaction. Each answers one record that holds a list: one record of ten thousand
// entries is read many times faster than ten thousand records.

// name: lock
// Takes the writer's place until the commit, and tells the time: later than any write before it.
MATCH (m:Meta {id: 'store'})
SET m.lock = true
WITH m, datetime.realtime() AS now
WITH m, now.epochSeconds * 1000000 + now.microsecond AS now
SET m.clock = CASE WHEN now > m.clock THEN now ELSE m.clock + 1 END
RETURN m.seq AS seq, m.clock AS now

// name: clock
// Tells the time: later than any write before it.
MATCH (m:Meta {id: 'store'})
WITH m, datetime.realtime() AS now
WITH m, now.epochSeconds * 1000000 + now.microsecond AS now
RETURN CASE WHEN now > m.clock THEN now ELSE m.clock + 1 END AS now

// name: scopes
// The scopes of these ids.
UNWIND $ids AS id
MATCH (s:Scope {id: id})
RETURN collect([
  s.id, coalesce(s.whole_source, s.source), s.name, s.origin, s.digest, s.revision, s.at, s.written_at, s.seen_at, s.caller
]) AS rows

// name: unseen_scopes
// Some scopes of a source that were last seen before a time.
MATCH (s:Scope)
WHERE s.source = $source AND s.seen_at < $before
WITH s LIMIT $limit
RETURN collect([
  s.id, coalesce(s.whole_source, s.source), s.name, s.origin, s.digest, s.revision, s.at, s.written_at, s.seen_at, s.caller
]) AS rows

// name: repeats
// What the writes with these idempotency keys came to.
UNWIND $keys AS key
MATCH (r:Repeat {key: key})
RETURN collect([r.name, r.digest, r.at, r.result]) AS rows

// name: holds
// How often things were joined, counted by the database itself; and whether any read names no version.
OPTIONAL MATCH (s:Statement)
WHERE s.dataset IS NOT NULL AND s.by IS NOT NULL
WITH s LIMIT 1
RETURN [COUNT { (j:Join) } + COUNT { (a:Alias) } > 0, s IS NOT NULL] AS held

// name: aliases
// Those of the ids that are old names.
UNWIND $ids AS id
MATCH (a:Alias {id: id})
RETURN collect([a.id, a.key, a.asset, a.canonical]) AS rows

// name: aliases_of
// The old names of these ids.
UNWIND $ids AS id
MATCH (a:Alias {canonical: id})
RETURN collect([a.id, a.key, a.asset, a.canonical]) AS rows

// name: joins
// The joins in which any of the ids is either side.
UNWIND $ids AS id
CALL (id) {
  MATCH (j:Join {alias: id}) RETURN j
  UNION
  MATCH (j:Join {of: id}) RETURN j
}
WITH DISTINCT j
RETURN collect([j.scope, j.alias, j.of, j.alias_key, j.of_key]) AS rows

// name: joins_of_scopes
// The joins that the scopes state.
UNWIND $ids AS id
MATCH (j:Join {scope: id})
RETURN collect([j.scope, j.alias, j.of, j.alias_key, j.of_key]) AS rows

// name: nodes
// Nodes, hidden ones too, with what hangs on their side nodes.
UNWIND $ids AS id
MATCH (n:Entity {id: id})
MATCH (d:Detail {id: id})
RETURN collect([
  n.id, n.key, n.asset, n.first_at, n.at, n.updated_at, n.gone_at, n.until, n.status, n.state, n.forgotten, n:Hidden,
  d.body, d.lead, d.won, d.origins, d.statements, d.metrics, d.lasts, d.bests
]) AS rows

// name: versions_of
// The ids of all nodes whose asset is one of these, hidden ones too.
UNWIND $ids AS id
MATCH (n:Entity)
WHERE n.asset = id AND n.at IS NOT NULL
RETURN collect(n.id) AS rows

// name: edges
// Those of the edges that exist, hidden ones too.
UNWIND $refs AS ref
MATCH (a:Entity {id: ref[0]})
MATCH (b:Entity {id: ref[2]})
MATCH (a)-[e:TYPES|HIDDEN]->(b)
WHERE (type(e) = ref[1] OR e.type = ref[1]) AND coalesce(e.role, '') = ref[3]
RETURN collect([
  ref, e.at, e.first_at, e.stated_at, e.stated, e.body, e.derived, e.derived_first, e.derived_last, e.type IS NOT NULL
]) AS rows

// name: edges_in
// Which edges come into these nodes, hidden ones too.
UNWIND $ids AS id
MATCH (b:Entity {id: id})<-[e:TYPES|HIDDEN]-(a)
WHERE NOT coalesce(e.type, '') = 'HAS_VERSION'
RETURN collect([a.id, coalesce(e.type, type(e)), b.id, coalesce(e.role, '')]) AS rows

// name: edges_out
// Which edges leave these nodes, hidden ones too.
UNWIND $ids AS id
MATCH (a:Entity {id: id})-[e:TYPES|HIDDEN]->(b)
WHERE NOT coalesce(e.type, '') = 'HAS_VERSION'
RETURN collect([a.id, coalesce(e.type, type(e)), b.id, coalesce(e.role, '')]) AS rows

// name: statements_of_scopes
// What the scopes state and have not retired.
UNWIND $ids AS id
MATCH (s:Statement)
WHERE s.scope = id AND s.fact IS NOT NULL AND s.retired IS NULL
RETURN collect([s.scope, s.fact, s.role, s.stated, s.origin, s.at, s.body, s.by]) AS rows

// name: statements_about
// Every statement about these facts, retired ones too.
UNWIND $facts AS fact
MATCH (s:Statement {fact: fact})
RETURN collect([s.scope, s.fact, s.stated, s.origin, s.at, s.body, s.retired, s.by]) AS rows

// name: open_reads_of_runs
// The edges into these runs that hold reads which name no version.
UNWIND $ids AS id
MATCH (s:Statement {run: id})
RETURN collect(DISTINCT [s.fact, s.role]) AS rows

// name: open_reads_between
// The edges that hold reads of datasets which name no version, from a time to the next version that somebody states.
UNWIND $rows AS r
CALL (r) {
  OPTIONAL MATCH (v:Entity)
  WHERE v.asset = r.dataset AND v.at > r.at AND v.state > 0 AND NOT v.id IN r.without
  WITH r, v ORDER BY v.asset, v.at LIMIT 1
  RETURN coalesce(v.at, $ever) AS until
}
MATCH (s:Statement)
WHERE s.dataset = r.dataset AND s.by >= r.at AND s.by < until
RETURN collect(DISTINCT [s.fact, s.role]) AS rows

// name: newest
// The newest version of datasets by a time, of those that somebody states or has stated.
UNWIND $rows AS r
CALL (r) {
  MATCH (v:Entity)
  WHERE v.asset = r.dataset AND v.at <= r.at AND v.state > 0 AND NOT v.id IN r.without
  RETURN v ORDER BY v.at DESC, v.id DESC LIMIT 1
}
RETURN collect([r.dataset, r.at, v.at, v.id]) AS rows

// name: histories
// The metric histories kept of these nodes, a chunk at a time.
UNWIND $ids AS id
MATCH (h:MetricHistory)
WHERE h.node = id AND h.key IS NOT NULL
WITH h ORDER BY h.node, h.scope, h.stated, h.name, h.part
RETURN collect([h.scope, h.node, h.stated, h.name, h.steps, h.ats, h.values]) AS rows

// name: marks_named
// Every row of these marks.
UNWIND $names AS name
MATCH (m:Mark {model: name[0]})
WHERE m.kind = name[1] AND m.name = name[2]
RETURN collect([
  m.scope, m.model, m.version, m.stated_version, m.kind, m.name, m.since, m.ended, m.until, m.origin, m.caller
]) AS rows

// name: marks_of_scopes
// The marks that the scopes state and have not ended.
UNWIND $ids AS id
MATCH (m:Mark {scope: id})
WHERE m.ended IS NULL
RETURN collect([
  m.scope, m.model, m.version, m.stated_version, m.kind, m.name, m.since, m.ended, m.until, m.origin, m.caller
]) AS rows

// name: marks_of_models
// Every mark of these models.
UNWIND $ids AS id
MATCH (m:Mark {model: id})
RETURN collect([
  m.scope, m.model, m.version, m.stated_version, m.kind, m.name, m.since, m.ended, m.until, m.origin, m.caller
]) AS rows

// name: how_many_versions
// How many versions each asset has, read off its node.
UNWIND $ids AS id
MATCH (a:Entity {id: id})
RETURN collect([id, count { (a)-[:HAS_VERSION]->() }]) AS rows

// name: extremes
// How many version edges stand behind the edges of one asset, and the first and the last of them.
UNWIND $rows AS r
MATCH (a:Entity {id: r.asset})
MATCH (a)-[:HAS_VERSION]->(v)-[e:TYPES]->(w)
WHERE w.asset IN r.others
WITH a, w.asset AS other, coalesce(e.role, '') AS role, count(*) AS number, min(e.at) AS first, max(e.at) AS last
RETURN collect([a.id, other, role, number, first, last]) AS rows

// name: isolated
// Those of the nodes that have no edge, no statement, no version and no mark.
UNWIND $ids AS id
MATCH (n:Entity {id: id})
WHERE NOT EXISTS { (n)-[e:TYPES|HIDDEN]-() WHERE coalesce(e.type, '') <> 'HAS_VERSION' }
  AND NOT EXISTS { (s:Statement {fact: id}) }
  AND NOT EXISTS { (m:Mark {version: id}) }
  AND NOT EXISTS { (v:Entity) WHERE v.asset = id AND v.at IS NOT NULL }
  AND NOT EXISTS { (m:Mark {version: id}) }
RETURN collect(id) AS rows

// name: columned
// The properties of some versions of datasets that may have columns, the newest first.
UNWIND $ids AS id
CALL (id) {
  MATCH (v:Entity)
  WHERE v.asset = id AND v.at IS NOT NULL AND v.kind = 'DatasetVersion'
  MATCH (d:Detail {id: v.id})
  WHERE d.body CONTAINS '"columns":['
  WITH v, d ORDER BY v.at DESC, v.id DESC SKIP $skip LIMIT $limit
  RETURN collect(d.body) AS bodies
}
RETURN collect([id, bodies]) AS rows
