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
MATCH (e:Event)
WITH count(e) AS events
MATCH (s:Source)
RETURN events, count(s) AS sources

// name: sources
// The sources that have stated anything.
MATCH (s:Source)
RETURN collect([s.name, s.origin, s.scopes, s.closed_at]) AS rows

// name: checked_nodes
// Some nodes after an id, each with what must agree with it.
MATCH (n:Entity)
WHERE n.id > $after
WITH n ORDER BY n.id LIMIT $limit
OPTIONAL MATCH (d:Detail {id: n.id})
RETURN collect([
  n.id, n.kind, n:Hidden, n.asset, n.state, d IS NOT NULL, coalesce(d.statements, 0), d.metrics,
  COUNT { (s:Statement {fact: n.id}) WHERE s.retired IS NULL },
  COUNT { (n)<-[v:HAS_VERSION|HIDDEN]-(a:Entity {id: n.asset}) WHERE type(v) = 'HAS_VERSION' OR v.type = 'HAS_VERSION' }
]) AS rows

// name: checked_edges
// The edges that leave some nodes, each with what must agree with it.
UNWIND $ids AS id
MATCH (a:Entity {id: id})-[e:TYPES|HIDDEN]->(b)
WHERE NOT coalesce(e.type, '') = 'HAS_VERSION'
RETURN collect([
  a.id, coalesce(e.type, type(e)), b.id, coalesce(e.role, ''), e.type IS NOT NULL, a:Hidden OR b:Hidden,
  coalesce(e.stated, 1), coalesce(e.derived, 0), e.derived_first, e.derived_last, e.at, a.asset, b.asset, a.asset IS NULL
]) AS rows

// name: checked_statements
// How many living statements there are about these facts.
UNWIND $facts AS fact
RETURN collect([fact, COUNT { (s:Statement {fact: fact}) WHERE s.retired IS NULL }]) AS rows

// name: derived_edges
// What the asset edges that leave some assets must follow from: their version edges.
UNWIND $ids AS id
MATCH (a:Entity {id: id})-[:HAS_VERSION]->(v)-[e:TYPES]->(w)
WHERE w.asset IS NOT NULL
WITH a, type(e) AS type, w.asset AS other, coalesce(e.role, '') AS role, count(*) AS number, min(e.at) AS first,
  max(e.at) AS last
RETURN collect([a.id, type, other, role, number, first, last]) AS rows

// name: loose_details
// How many side nodes there are, and how many entities: as many of each.
MATCH (d:Detail)
WITH count(d) AS details
MATCH (n:Entity)
RETURN details, count(n) AS entities
