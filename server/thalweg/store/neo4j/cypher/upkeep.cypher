// What a store is, how much is in it, and whether it is as it must be.

// name: meta
// What wrote the store: its version, the release, and the number of its last event.
MATCH (m:Meta {id: 'store'})
RETURN m.version AS version, m.release AS release, m.seq AS seq

// name: how_many_nodes
// How many nodes there are of whatever kind; counted by the database itself.
MATCH (n)
RETURN count(n) AS nodes

// name: schema_names
// The names of the indexes there are; a constraint has one of its own name.
SHOW INDEXES YIELD name
RETURN collect(name) AS names

// name: await_indexes
// Waits until every index is complete.
CALL db.awaitIndexes(300)

// name: server
// What the server is.
CALL dbms.components() YIELD versions
RETURN versions[0] AS version

// name: begin
// Writes that a store begins here; one that has begun stays as it is.
MERGE (m:Meta {id: 'store'})
ON CREATE SET m.version = $version, m.release = $release, m.seq = 0, m.clock = 0
RETURN m.version AS version

// name: migrated
// Writes that the store is of this version now.
MATCH (m:Meta {id: 'store'})
SET m.version = $version, m.release = $release
RETURN m.version AS version

// name: ping
// Whether the database answers.
RETURN 1 AS one

// name: count_kind
// How many entities of a kind there are; counted by the database itself.
MATCH (n:KIND)
RETURN count(n) AS number

// name: count_type
// How many edges of a type there are, at both levels; counted by the database itself.
MATCH ()-[e:TYPES]->()
RETURN count(e) AS number

// name: count_events
// How many events and sources there are; counted by the database itself.
RETURN COUNT { (e:Event) } AS events, COUNT { (s:Source) } AS sources

// name: sources
// The sources that have stated anything.
MATCH (s:Source)
RETURN collect([s.name, s.origin, s.scopes, s.closed_at]) AS rows

// name: size
// How many nodes and relationships there are; counted by the database itself.
RETURN COUNT { (n) } + COUNT { ()-[e]->() } AS size

// name: lost_details
// Entities without a side node.
MATCH (n:Entity)
WHERE NOT EXISTS { (d:Detail {id: n.id}) }
WITH n LIMIT $limit
RETURN collect(n.id) AS found

// name: node_counts
// Nodes whose count of statements is not how many there are.
MATCH (n:Entity)
MATCH (d:Detail {id: n.id})
WHERE coalesce(d.statements, 0) <> COUNT { (s:Statement {fact: n.id}) WHERE s.retired IS NULL }
WITH n LIMIT $limit
RETURN collect(n.id) AS found

// name: edge_counts
// Edges whose count of statements is not how many there are. (A very long role is kept as a digest; those are left out.)
MATCH (a:Entity)-[e:TYPES|HIDDEN]->(b:Entity)
WHERE NOT coalesce(e.type, '') = 'HAS_VERSION' AND size(coalesce(e.role, '')) <= $indexed
WITH e, a.id + ' ' + coalesce(e.type, type(e)) + ' ' + b.id + coalesce(' ' + e.role, '') AS fact
WHERE coalesce(e.stated, 1) <> COUNT { (s:Statement {fact: fact}) WHERE s.retired IS NULL }
WITH fact LIMIT $limit
RETURN collect(fact) AS found

// name: loose_statements
// Statements about what is not there.
MATCH (s:Statement)
WITH s, split(s.fact, ' ') AS ends
WHERE (size(ends) = 1 AND NOT EXISTS { (n:Entity {id: ends[0]}) }) OR (size(ends) > 1 AND NOT EXISTS {
  MATCH (a:Entity {id: ends[0]})
  MATCH (b:Entity {id: ends[2]})
  MATCH (a)-[e:TYPES|HIDDEN]->(b)
  WHERE (type(e) = ends[1] OR e.type = ends[1]) AND coalesce(e.role, '') = coalesce(s.role, '')
})
WITH s LIMIT $limit
RETURN collect(s.fact) AS found

// name: hidden_nodes
// Nodes that are hidden and should not be, or the other way round.
MATCH (n:Entity)
OPTIONAL MATCH (a:Entity {id: n.asset})
WITH n, coalesce(n.forgotten, false) OR coalesce(a.forgotten, false) AS hide
WHERE n:Hidden <> hide OR (n.kind IS NULL) <> hide
WITH n LIMIT $limit
RETURN collect(n.id) AS found

// name: hidden_edges
// Edges that are hidden and should not be, or the other way round: so is one between versions that were joined into one.
MATCH (a:Entity)-[e:TYPES|HIDDEN|HAS_VERSION]->(b:Entity)
WHERE (type(e) = 'HIDDEN')
  <> (b:Hidden OR (a:Hidden AND type(e) <> 'HAS_VERSION' AND coalesce(e.type, '') <> 'HAS_VERSION')
    OR (a = b AND a.kind IN $versions))
WITH a, e, b LIMIT $limit
RETURN collect(a.id + ' ' + coalesce(e.type, type(e)) + ' ' + b.id) AS found

// name: wrong_assets
// Nodes that do not hang on the asset that they name.
MATCH (n:Entity)
WITH n, [(a:Entity)-[v:HAS_VERSION|HIDDEN]->(n) WHERE type(v) = 'HAS_VERSION' OR v.type = 'HAS_VERSION' | a.id] AS assets
WHERE assets <> CASE WHEN n.asset IS NULL THEN [] ELSE [n.asset] END
WITH n LIMIT $limit
RETURN collect(n.id) AS found

// name: wrong_metrics
// Values of metrics that lists are sorted by, and that no visible entity has.
MATCH (m:MetricValue)
WHERE NOT EXISTS {
  MATCH (n:Entity {id: m.id})
  MATCH (d:Detail {id: m.id})
  WHERE n.kind = m.kind AND size(coalesce(d.metrics, []))
    = COUNT { (o:MetricValue) WHERE o.kind = n.kind AND o.key IN d.metrics AND o.last IS NOT NULL AND o.id = n.id }
}
WITH m LIMIT $limit
RETURN collect(m.id + ' ' + m.key) AS found

// name: lost_aliases
// Old ids that lead to nothing.
MATCH (a:Alias)
WHERE NOT EXISTS { (n:Entity {id: a.canonical}) }
WITH a LIMIT $limit
RETURN collect(a.id) AS found

// name: lost_marks
// Marks of models or versions that are not there.
MATCH (m:Mark)
WHERE NOT EXISTS { (n:Entity {id: m.model}) } OR NOT EXISTS { (n:Entity {id: m.version}) }
WITH m LIMIT $limit
RETURN collect(m.model + ' ' + m.version) AS found

// name: source_counts
// Sources whose count of scopes is not how many there are.
MATCH (s:Source)
WHERE s.scopes <> COUNT { (c:Scope) WHERE c.source = s.key AND c.seen_at IS NOT NULL }
WITH s LIMIT $limit
RETURN collect(s.name) AS found

// name: wrong_reads
// Edges that hold reads which name no version, and that hang on another than a version which the run is stated to have
// read, or else the newest that was there by the run's start and before the first that the run wrote.
MATCH (s:Statement)
WHERE s.dataset IS NOT NULL AND s.by IS NOT NULL
WITH s, split(s.fact, ' ') AS ends
MATCH (a:Entity {id: ends[0]})
MATCH (b:Entity {id: ends[2]})
CALL (a, b) {
  OPTIONAL MATCH (b)-[e:PRODUCED|HIDDEN]->(w:Entity)
  WHERE w.asset = a.asset AND w.state > 0 AND NOT w.key ENDS WITH ',"unversioned"]' AND coalesce(e.type, 'PRODUCED') = 'PRODUCED'
  RETURN min(w.at) - 1 AS before
}
CALL (a, b) {
  OPTIONAL MATCH (u:Entity)-[e:INPUT_TO|HIDDEN]->(b)
  WHERE u.asset = a.asset AND coalesce(e.type, 'INPUT_TO') = 'INPUT_TO'
    AND EXISTS {
      MATCH (o:Statement)
      WHERE o.fact STARTS WITH u.id + ' INPUT_TO ' + b.id AND o.by IS NULL AND o.retired IS NULL
    }
  RETURN max(u.id) AS said
}
CALL (a, s) {
  OPTIONAL MATCH (v:Entity)
  WHERE v.asset = a.asset AND v.at <= s.by AND v.state > 0 AND NOT v.key ENDS WITH ',"unversioned"]'
  RETURN v ORDER BY v.at DESC, v.id DESC LIMIT 1
}
WITH s, a, b, v, said, CASE WHEN before < b.at THEN before ELSE b.at END AS by
WHERE s.dataset <> a.asset OR CASE
  WHEN said IS NOT NULL THEN s.by <> $stated OR a.id <> said
  ELSE s.by <> by OR CASE WHEN v IS NULL THEN NOT a.key ENDS WITH ',"unversioned"]' ELSE a.id <> v.id END
END
RETURN collect(DISTINCT [s.fact, s.role]) AS found

// name: wrong_derived
// Asset edges that are not what version edges give.
MATCH (v:Entity)-[e:TYPES]->(w:Entity)
WHERE v.asset IS NOT NULL AND w.asset IS NOT NULL
WITH v.asset AS source, type(e) AS type, w.asset AS target, coalesce(e.role, '') AS role, count(*) AS number,
  min(e.at) AS first, max(e.at) AS last
MATCH (a:Entity {id: source})
MATCH (b:Entity {id: target})
OPTIONAL MATCH (a)-[d:TYPES|HIDDEN]->(b)
WHERE (type(d) = type OR d.type = type) AND coalesce(d.role, '') = role
WITH source, type, target, role, number, first, last, d
WHERE d IS NULL OR coalesce(d.derived, 0) <> number 
  OR coalesce(d.derived_first <> first OR d.derived_last <> last, true)
RETURN collect([source, type, target, role]) AS found

// name: needless_derived
// Asset edges that follow from version edges that are not there.
MATCH (a:Entity)-[d:TYPES|HIDDEN]->(b:Entity)
WHERE d.derived > 0 AND NOT EXISTS {
  MATCH (a)-[:HAS_VERSION]->(v)-[e:TYPES]->(w)
  WHERE w.asset = b.id AND type(e) = coalesce(d.type, type(d)) AND coalesce(e.role, '') = coalesce(d.role, '')
}
RETURN collect([a.id, coalesce(d.type, type(d)), b.id, coalesce(d.role, '')]) AS found

// name: texts
// Some entities by id, what they say, and what they are searched by.
MATCH (n:Entity)
WHERE n.id > $after
WITH n ORDER BY n.id LIMIT $limit
MATCH (d:Detail {id: n.id})
RETURN collect([n.id, n.key, d.body, coalesce(d.said_name, ''), coalesce(d.said_tags, ''), coalesce(d.said_text, '')]) AS rows
