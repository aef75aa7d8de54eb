// Conditions: a part for each thing that may be asked of an entity `n`, true or false or null; `#` stands for the number
// of the condition, under which its values are in the one map of parameters. They are put together as the condition is:
// a text for every shape that is asked, and small, since a text with all of them takes seconds to plan.

// name: met_ids
// A part: it is among some.
n.id IN $kept.c#.value

// name: met_namespace
// A part: its namespace.
n.namespace = $kept.c#.value

// name: met_namespace_begins
// A part: the beginning of its namespace.
n.namespace STARTS WITH $kept.c#.value

// name: met_name
// A part: its name.
coalesce(n.whole_name, n.name) = $kept.c#.value

// name: met_name_begins
// A part: the beginning of its name.
coalesce(n.whole_name, n.name) STARTS WITH $kept.c#.value

// name: met_name_contains
// A part: a part of its name.
coalesce(n.whole_name, n.name) CONTAINS $kept.c#.value

// name: met_key_prefix
// A part: the beginning of the last part of its key.
coalesce(n.last, n.whole_name, n.name) STARTS WITH $kept.c#.value

// name: met_asset_id
// A part: its asset.
n.asset = $kept.c#.value

// name: met_status
// A part: one of some statuses.
n.status IN $kept.c#.value

// name: met_since
// A part: it happened from a time on.
n.at >= $kept.c#.value

// name: met_before
// A part: it happened before a time.
n.at < $kept.c#.value

// name: met_created_since
// A part: it was first seen from a time on.
n.first_at >= $kept.c#.value

// name: met_created_before
// A part: it was first seen before a time.
n.first_at < $kept.c#.value

// name: met_updated_since
// A part: it changed from a time on.
n.updated_at >= $kept.c#.value

// name: met_updated_before
// A part: it changed before a time.
n.updated_at < $kept.c#.value

// name: met_gone
// A part: it is gone.
n.gone_at IS NOT NULL

// name: met_known
// A part: somebody described it.
n.state <> 0

// name: met_live
// A part: its period is open.
n.at <= $kept.c#.value AND (n.until IS NULL OR n.until > $kept.c#.value)

// name: met_user
// A part: who ran it. The keys of a body are in order, and `user` is the last that a kind with one has.
EXISTS { MATCH (d#:Detail {id: n.id}) WHERE d#.body ENDS WITH $kept.c#.value }

// name: met_tag
// A part: it has a tag.
EXISTS { MATCH (d#:Detail {id: n.id}) WHERE $kept.c#.value IN d#.tags }

// name: met_param
// A part: it has a parameter.
EXISTS { MATCH (d#:Detail {id: n.id}) WHERE $kept.c#.value IN d#.params }

// name: met_number
// A part: it has a parameter that is written as a number, and compares so.
EXISTS {
  MATCH (d#:Detail {id: n.id})
  WHERE any(
    value IN [pair IN d#.params
      WHERE pair STARTS WITH $kept.c#.begin AND substring(pair, size($kept.c#.begin)) =~ $kept.c#.form |
      toFloat(substring(pair, size($kept.c#.begin)))]
    WHERE CASE $kept.c#.compare
      WHEN 'EQ' THEN value = $kept.c#.value WHEN 'NE' THEN value <> $kept.c#.value
      WHEN 'LT' THEN value < $kept.c#.value WHEN 'LE' THEN value <= $kept.c#.value
      WHEN 'GT' THEN value > $kept.c#.value ELSE value >= $kept.c#.value END)
}

// name: met_metric
// A part: it has a metric that compares so.
EXISTS {
  MATCH (d#:Detail {id: n.id})
  WHERE any(
    value IN [i IN range(0, size(coalesce(d#.metrics, [])) - 1) WHERE d#.metrics[i] = $kept.c#.key |
      CASE WHEN $kept.c#.best THEN d#.bests[i] ELSE d#.lasts[i] END]
    WHERE CASE $kept.c#.compare
      WHEN 'EQ' THEN value = $kept.c#.value WHEN 'NE' THEN value <> $kept.c#.value
      WHEN 'LT' THEN value < $kept.c#.value WHEN 'LE' THEN value <= $kept.c#.value
      WHEN 'GT' THEN value > $kept.c#.value ELSE value >= $kept.c#.value END)
}

// name: met_related
// A part: something that it is related to meets a condition, which follows.
EXISTS { MATCH (n)STEPS(m#:Entity) WHERE m#.kind IN $kept.c#.kinds AND

// name: reached
// What the relationships lead to from a few entities, up to a limit.
UNWIND $starts AS id
MATCH (s:Entity {id: id})
MATCH (s)STEPS(n:Entity)
WITH DISTINCT n LIMIT $limit
RETURN collect(n.id) AS ids
