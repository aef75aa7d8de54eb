// What the weave changes. Rows that are known to be new are created, for all that exists was loaded under the lock; the
// constraints stand behind that. Each tells how many rows it met, so that none is lost without a word.

// name: create_nodes
// Nodes without an asset, each with its side node.
UNWIND $rows AS r
CREATE (n:Entity:$(r.label) {
  id: r.id, kind: r.kind, key: r.key, namespace: r.namespace, name: r.name, whole_name: r.whole_name, last: r.last,
  asset: r.asset, first_at: r.first_at, at: r.at, updated_at: r.updated_at, gone_at: r.gone_at, until: r.until,
  status: r.status, state: r.state, forgotten: r.forgotten
})
CREATE (d:Detail {
  id: r.id, body: r.body, lead: r.lead, won: r.won, origins: r.origins, statements: r.statements, tags: r.tags,
  params: r.params, metrics: r.metrics, lasts: r.lasts, bests: r.bests, said_name: r.said_name, said_tags: r.said_tags,
  said_text: r.said_text
})
RETURN count(*) AS met

// name: create_versions
// Nodes with an asset: (asset)-[:HAS_VERSION]->(version), each with its side node.
UNWIND $rows AS r
MATCH (a:Entity {id: r.asset})
CREATE (n:Entity:$(r.label) {
  id: r.id, kind: r.kind, key: r.key, namespace: r.namespace, name: r.name, whole_name: r.whole_name, last: r.last,
  asset: r.asset, first_at: r.first_at, at: r.at, updated_at: r.updated_at, gone_at: r.gone_at, until: r.until,
  status: r.status, state: r.state, forgotten: r.forgotten
})
CREATE (a)-[:$(r.has_version) {type: r.hidden_type}]->(n)
CREATE (d:Detail {
  id: r.id, body: r.body, lead: r.lead, won: r.won, origins: r.origins, statements: r.statements, tags: r.tags,
  params: r.params, metrics: r.metrics, lasts: r.lasts, bests: r.bests, said_name: r.said_name, said_tags: r.said_tags,
  said_text: r.said_text
})
RETURN count(*) AS met

// name: adopt_versions
// The versions of an asset that was removed in this transaction and is made again.
UNWIND $ids AS id
MATCH (a:Entity {id: id})
MATCH (v:Entity)
WHERE v.asset = id AND v.at IS NOT NULL
  AND NOT EXISTS { (a)-[:HAS_VERSION]->(v) } AND NOT EXISTS { (a)-[:HIDDEN {type: 'HAS_VERSION'}]->(v) }
CREATE (a)-[:$(CASE WHEN v:Hidden THEN 'HIDDEN' ELSE 'HAS_VERSION' END)
  {type: CASE WHEN v:Hidden THEN 'HAS_VERSION' END}]->(v)
RETURN count(*) AS met

// name: change_nodes
// Nodes and their side nodes, written whole but for the metrics.
UNWIND $rows AS r
MATCH (n:Entity {id: r.id})
MATCH (d:Detail {id: r.id})
SET n += {
  kind: r.kind, key: r.key, namespace: r.namespace, name: r.name, whole_name: r.whole_name, last: r.last,
  asset: r.asset, first_at: r.first_at, at: r.at, updated_at: r.updated_at, gone_at: r.gone_at, until: r.until,
  status: r.status, state: r.state, forgotten: r.forgotten
}
SET d += {
  body: r.body, lead: r.lead, won: r.won, origins: r.origins, statements: r.statements, tags: r.tags, params: r.params
}
RETURN count(*) AS met

// name: relabel
// Nodes that are hidden, or shown again.
UNWIND $rows AS r
MATCH (n:Entity {id: r.id})
REMOVE n:$(r.was)
SET n:$(r.label)
RETURN count(*) AS met

// name: take_from_assets
// Nodes that leave their assets, or are hidden there, or shown there again.
UNWIND $ids AS id
MATCH (n:Entity {id: id})<-[v:HAS_VERSION|HIDDEN]-()
WHERE type(v) = 'HAS_VERSION' OR v.type = 'HAS_VERSION'
DELETE v
RETURN count(*) AS met

// name: put_to_assets
// (asset)-[:HAS_VERSION]->(version)
UNWIND $rows AS r
MATCH (n:Entity {id: r.id})
MATCH (a:Entity {id: r.asset})
CREATE (a)-[:$(r.has_version) {type: r.hidden_type}]->(n)
RETURN count(*) AS met

// name: remove_nodes
// Nodes and their side nodes.
UNWIND $ids AS id
MATCH (n:Entity {id: id})
MATCH (d:Detail {id: id})
DETACH DELETE n
DELETE d
RETURN count(*) AS met

// name: create_edges
// Edges between nodes that are there; a hidden one is a HIDDEN with its type inside.
UNWIND $rows AS r
MATCH (a:Entity {id: r.source})
MATCH (b:Entity {id: r.target})
CREATE (a)-[:$(r.label) {
  type: r.type, role: r.role, at: r.at, first_at: r.first_at, stated_at: r.stated_at, stated: r.stated, body: r.body,
  derived: r.derived, derived_first: r.derived_first, derived_last: r.derived_last
}]->(b)
RETURN count(*) AS met

// name: change_edges
// Edges that stay of their type, written whole.
UNWIND $rows AS r
MATCH (a:Entity {id: r.source})
MATCH (b:Entity {id: r.target})
MATCH (a)-[e:TYPES|HIDDEN]->(b)
WHERE type(e) = r.label AND coalesce(e.type, '') = coalesce(r.type, '') AND coalesce(e.role, '') = coalesce(r.role, '')
SET e += {
  at: r.at, first_at: r.first_at, stated_at: r.stated_at, stated: r.stated, body: r.body,
  derived: r.derived, derived_first: r.derived_first, derived_last: r.derived_last
}
RETURN count(*) AS met

// name: remove_edges
// Edges, hidden or not.
UNWIND $refs AS ref
MATCH (a:Entity {id: ref[0]})
MATCH (b:Entity {id: ref[2]})
MATCH (a)-[e:TYPES|HIDDEN]->(b)
WHERE (type(e) = ref[1] OR e.type = ref[1]) AND coalesce(e.role, '') = ref[3]
DELETE e
RETURN count(*) AS met

// name: create_statements
// What scopes state of facts.
UNWIND $rows AS r
CREATE (:Statement {
  scope: r.scope, fact: r.fact, role: r.role, stated: r.stated, origin: r.origin, at: r.at, body: r.body,
  retired: r.retired, dataset: r.dataset, run: r.run, by: r.by
})
RETURN count(*) AS met

// name: remove_statements
// What scopes stated of facts, by the names they used.
UNWIND $rows AS r
MATCH (s:Statement {scope: r.scope, fact: r.fact})
WHERE coalesce(s.stated, '') = coalesce(r.stated, '')
DELETE s
RETURN count(*) AS met

// name: create_metrics
// Values that lists can be sorted by. NaN is the text 'NaN': as a number it would equal nothing.
UNWIND $rows AS r
CREATE (:MetricValue {kind: r.kind, key: r.key, last: r.last, best: r.best, id: r.id})
RETURN count(*) AS met

// name: remove_metrics
// Values that are taken out of the lists; found by all that they hold, for they hang on no node.
UNWIND $rows AS r
MATCH (m:MetricValue)
WHERE m.kind = r.kind AND m.key = r.key AND m.last = r.last AND m.id = r.id
DELETE m
RETURN count(*) AS met

// name: set_metrics
// All metrics of nodes, beside their bodies.
UNWIND $rows AS r
MATCH (d:Detail {id: r.id})
SET d.metrics = r.metrics, d.lasts = r.lasts, d.bests = r.bests
RETURN count(*) AS met

// name: set_texts
// What entities are searched by; null where there is nothing.
UNWIND $rows AS r
MATCH (d:Detail {id: r.id})
SET d.said_name = r.said_name, d.said_tags = r.said_tags, d.said_text = r.said_text
RETURN count(*) AS met

// name: create_histories
// The logged points of metrics, in chunks.
UNWIND $rows AS r
CREATE (:MetricHistory {
  node: r.node, key: r.key, name: r.name, scope: r.scope, stated: r.stated, part: r.part,
  steps: r.steps, ats: r.ats, values: r.values
})
RETURN count(*) AS met

// name: remove_histories
// All that a scope said of the metrics of a node, by the name it used.
UNWIND $rows AS r
MATCH (h:MetricHistory)
WHERE h.node = r.node AND h.key IS NOT NULL AND h.scope = r.scope AND h.stated = r.stated
DELETE h
RETURN count(*) AS met

// name: create_marks
// (model)-[:MARKS {kind, name, since, until}]->(modelVersion), each as a node of its own.
UNWIND $rows AS r
CREATE (m:Mark)
SET m = r
RETURN count(*) AS met

// name: remove_marks
// Marks as scopes state them.
UNWIND $rows AS r
MATCH (m:Mark {model: r.model})
WHERE m.kind = r.kind AND m.name = r.name AND m.scope = r.scope AND m.version = r.version AND m.since = r.since
  AND m.stated_version = r.stated_version
DELETE m
RETURN count(*) AS met

// name: create_joins
// That scopes state two names to be one.
UNWIND $rows AS r
CREATE (j:Join)
SET j = r
RETURN count(*) AS met

// name: remove_joins
// What scopes no longer state to be one.
UNWIND $rows AS r
MATCH (j:Join {alias: r.alias})
WHERE j.of = r.of AND j.scope = r.scope
DELETE j
RETURN count(*) AS met

// name: put_aliases
// Where old ids lead.
UNWIND $rows AS r
MERGE (a:Alias {id: r.id})
SET a += r
RETURN count(*) AS met

// name: remove_aliases
// Old ids that lead nowhere any more.
UNWIND $ids AS id
MATCH (a:Alias {id: id})
DELETE a
RETURN count(*) AS met

// name: create_scopes
// Scopes that were not held before.
UNWIND $rows AS r
CREATE (s:Scope)
SET s = r
RETURN count(*) AS met

// name: change_scopes
// Scopes that were held, written whole.
UNWIND $rows AS r
MATCH (s:Scope {id: r.id})
SET s = r
RETURN count(*) AS met

// name: remove_scopes
// Scopes that are retired; tells the sources that have fewer now.
UNWIND $ids AS id
MATCH (s:Scope {id: id})
WITH s, s.source AS source
DELETE s
WITH source, count(*) AS fewer
RETURN collect([source, fewer]) AS rows

// name: see_scopes
// When scopes were last seen.
UNWIND $rows AS r
MATCH (s:Scope {id: r[0]})
SET s.seen_at = r[1]
RETURN count(*) AS met

// name: count_scopes
// How many scopes each source has more, or fewer.
UNWIND $rows AS r
MERGE (s:Source {key: r.key})
ON CREATE SET s.name = r.name, s.origin = r.origin, s.scopes = 0
SET s.scopes = s.scopes + r.more
RETURN count(*) AS met

// name: close_sources
// When a pass over each source was closed; a source that never stated anything is none.
UNWIND $rows AS r
MATCH (s:Source {key: r[0]})
SET s.closed_at = r[1]
RETURN count(*) AS met

// name: create_repeats
// What writes with an idempotency key came to.
UNWIND $rows AS r
CREATE (:Repeat {key: r.key, name: r.name, digest: r.digest, at: r.at, result: r.result})
RETURN count(*) AS met

// name: create_events
// What happened, numbered on from the last event.
MATCH (m:Meta {id: 'store'})
SET m.seq = $seq
WITH m
UNWIND $rows AS r
CREATE (:Event {
  seq: r.seq, at: r.at, caller: r.caller, request_id: r.request_id, source: r.source, scope: r.scope, changes: r.changes
})
RETURN count(*) AS met

// name: keep_note
// A note, in the place of what was noted under its name.
MERGE (n:Note {name: $name})
SET n.body = $body

// name: keep_verdict
// A verdict that was given; one that is kept already stays.
MERGE (v:Verdict {id: $id})
ON CREATE SET v.at = $at, v.caller = $caller, v.body = $body
