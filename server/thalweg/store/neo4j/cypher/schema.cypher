// What `migrate` creates, one statement each. A test holds schema/graph.md to it.

// name: entity_id
// An entity has one node, whatever it was stated by.
CREATE CONSTRAINT entity_id IF NOT EXISTS FOR (n:Entity) REQUIRE n.id IS UNIQUE

// name: detail_id
// An entity has one side node.
CREATE CONSTRAINT detail_id IF NOT EXISTS FOR (n:Detail) REQUIRE n.id IS UNIQUE

// name: scope_id
// A scope has one node.
CREATE CONSTRAINT scope_id IF NOT EXISTS FOR (n:Scope) REQUIRE n.id IS UNIQUE

// name: source_key
// A source has one node.
CREATE CONSTRAINT source_key IF NOT EXISTS FOR (n:Source) REQUIRE n.key IS UNIQUE

// name: alias_id
// An old id leads to one entity.
CREATE CONSTRAINT alias_id IF NOT EXISTS FOR (n:Alias) REQUIRE n.id IS UNIQUE

// name: repeat_key
// An idempotency key is used once.
CREATE CONSTRAINT repeat_key IF NOT EXISTS FOR (n:Repeat) REQUIRE n.key IS UNIQUE

// name: event_seq
// Events are numbered in the order of their commits.
CREATE CONSTRAINT event_seq IF NOT EXISTS FOR (n:Event) REQUIRE n.seq IS UNIQUE

// name: verdict_id
// A verdict is kept once.
CREATE CONSTRAINT verdict_id IF NOT EXISTS FOR (n:Verdict) REQUIRE n.id IS UNIQUE

// name: note_name
// A note has a name of its own.
CREATE CONSTRAINT note_name IF NOT EXISTS FOR (n:Note) REQUIRE n.name IS UNIQUE

// name: meta_id
// A store has one node that says what it is; to hold it is to hold the writer's place.
CREATE CONSTRAINT meta_id IF NOT EXISTS FOR (n:Meta) REQUIRE n.id IS UNIQUE

// name: entity_at
// Lists by when things happened.
CREATE INDEX entity_at IF NOT EXISTS FOR (n:Entity) ON (n.kind, n.at, n.id)

// name: entity_name
// Lists by name.
CREATE INDEX entity_name IF NOT EXISTS FOR (n:Entity) ON (n.kind, n.name, n.id)

// name: entity_first_at
// Lists by when things were first seen.
CREATE INDEX entity_first_at IF NOT EXISTS FOR (n:Entity) ON (n.kind, n.first_at, n.id)

// name: entity_updated_at
// Lists by when things changed.
CREATE INDEX entity_updated_at IF NOT EXISTS FOR (n:Entity) ON (n.kind, n.updated_at, n.id)

// name: entity_asset
// The versions of an asset, newest first.
CREATE INDEX entity_asset IF NOT EXISTS FOR (n:Entity) ON (n.asset, n.at)

// name: metric_last
// Lists by the last value of a metric.
CREATE INDEX metric_last IF NOT EXISTS FOR (n:MetricValue) ON (n.kind, n.key, n.last, n.id)

// name: metric_best
// Lists by the best value of a metric.
CREATE INDEX metric_best IF NOT EXISTS FOR (n:MetricValue) ON (n.kind, n.key, n.best, n.id)

// name: history_of
// The logged points of a metric.
CREATE INDEX history_of IF NOT EXISTS FOR (n:MetricHistory) ON (n.node, n.key)

// name: statement_fact
// All that was stated about a fact.
CREATE INDEX statement_fact IF NOT EXISTS FOR (n:Statement) ON (n.fact)

// name: statement_scope
// All that a scope states.
CREATE INDEX statement_scope IF NOT EXISTS FOR (n:Statement) ON (n.scope, n.fact)

// name: statement_open
// The reads of a dataset that name no version, by when the version was there that they hang on.
CREATE INDEX statement_open IF NOT EXISTS FOR (n:Statement) ON (n.dataset, n.by)

// name: statement_run
// The reads of a run that name no version.
CREATE INDEX statement_run IF NOT EXISTS FOR (n:Statement) ON (n.run)

// name: scope_seen
// The scopes that a pass has not seen.
CREATE INDEX scope_seen IF NOT EXISTS FOR (n:Scope) ON (n.source, n.seen_at)

// name: alias_canonical
// The old ids of an entity.
CREATE INDEX alias_canonical IF NOT EXISTS FOR (n:Alias) ON (n.canonical)

// name: join_alias
// The joins in which an id is the alias.
CREATE INDEX join_alias IF NOT EXISTS FOR (n:Join) ON (n.alias)

// name: join_of
// The joins in which an id is the other side.
CREATE INDEX join_of IF NOT EXISTS FOR (n:Join) ON (n.of)

// name: join_scope
// The joins that a scope states.
CREATE INDEX join_scope IF NOT EXISTS FOR (n:Join) ON (n.scope)

// name: mark_model
// The marks of a model.
CREATE INDEX mark_model IF NOT EXISTS FOR (n:Mark) ON (n.model)

// name: mark_version
// The marks of a model version.
CREATE INDEX mark_version IF NOT EXISTS FOR (n:Mark) ON (n.version)

// name: mark_scope
// The marks that a scope states.
CREATE INDEX mark_scope IF NOT EXISTS FOR (n:Mark) ON (n.scope)

// name: detail_said
// What entities are searched by: words of ASCII (store/words.py), which this analyzer parts and leaves as they are. It is
// in step with what is committed, which Neo4j does unless told otherwise.
CREATE FULLTEXT INDEX detail_said IF NOT EXISTS FOR (n:Detail) ON EACH [n.said_name, n.said_tags, n.said_text]
OPTIONS {indexConfig: {`fulltext.analyzer`: 'whitespace', `fulltext.eventually_consistent`: false}}
