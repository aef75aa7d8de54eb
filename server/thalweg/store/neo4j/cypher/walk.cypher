// Walks. Each stands here the way the influence goes; upstream the loader turns it round. What keeps the plan that visits
// each node once, VarLengthExpand(Pruning,BFS,All), and lets it stop early: one start, conditions on relationships alone,
// and the order by distance before the limit. tests/store/neo4j/test_plans.py holds the plans to it.

// name: reached_from_node
// A part: what a walk from one node reaches, nearest first, as far as the budget goes.
MATCH (s:Entity {id: $id})
WHERE NOT s:Hidden
CALL (s) {
  MATCH p = (s)-[r:TYPES*0..DEPTH]->(n)
  WHERE all(e IN r WHERE ($as_of IS NULL OR e.at <= $as_of)
    AND ($stop IS NULL OR startNode(e) = s OR NOT startNode(e).kind IN $stop))
  WITH n, min(length(p)) AS d
  ORDER BY d LIMIT $visited

// name: reached_from_versions
// A part: the same from all versions of an asset, which lie one step from it. Edges of assets are of the same types.
MATCH (s:Entity {id: $id})
WHERE NOT s:Hidden
CALL (s) {
  MATCH p = (s)-[r:HAS_VERSION|TYPES*1..DEPTH]->(n)
  WHERE all(e IN r WHERE (startNode(e) = s) = (type(e) = 'HAS_VERSION')
    AND ($as_of IS NULL OR coalesce(e.at, endNode(e).at) <= $as_of)
    AND ($stop IS NULL OR startNode(e) = s OR startNode(e).asset = $id OR NOT startNode(e).kind IN $stop))
  WITH n, min(length(p)) AS d
  ORDER BY d LIMIT $visited

// name: next_to_node
// A part: what lies one step from a node. The plan above does not stop early for one step.
MATCH (s:Entity {id: $id})
CALL (s) {
  MATCH (s)-[e:TYPES]->(n)
  WHERE ($as_of IS NULL OR e.at <= $as_of) AND n <> s
  WITH DISTINCT n, 1 AS d LIMIT $visited

// name: next_to_versions
// A part: the versions of an asset.
MATCH (s:Entity {id: $id})
CALL (s) {
  MATCH (s)-[:HAS_VERSION]->(n)
  WHERE $as_of IS NULL OR n.at <= $as_of
  WITH n, 1 AS d LIMIT $visited

// name: fits
// A part: whether a node is one to return. One map of parameters: see `kept` in list.cypher.
    ($fits.kinds IS NULL OR n.kind IN $fits.kinds)
    AND ($fits.namespace IS NULL OR n.namespace = $fits.namespace)
    AND ($fits.namespace_begins IS NULL OR n.namespace STARTS WITH $fits.namespace_begins)
    AND ($fits.name_contains IS NULL OR coalesce(n.whole_name, n.name) CONTAINS $fits.name_contains)
    AND ($fits.gone IS NULL OR (n.gone_at IS NOT NULL) = $fits.gone)

// name: edges_between
// A part: the edges between nodes, from the side that the walk came by. A node that the walk has not expanded may be a
// hub; that one is asked for each of the others instead, which looks from the other's side.
CALL (ns, ds) {
  UNWIND CASE WHEN $edges AND size(ns) < $limit THEN range(0, size(ns) - 1) ELSE [] END AS i
  WITH ns, i, ns[i] AS a, ds[i] < $expanded AS expanded
  WHERE ($stop IS NULL OR NOT a.kind IN $stop OR a.id IN $exempt OR a.asset IN $exempt)
    AND (expanded OR COUNT { (a)-[:TYPES]->() } <= $hub)
  MATCH (a)-[e:TYPES]->(b)
  WHERE ($as_of IS NULL OR e.at <= $as_of) AND b IN ns
  RETURN collect([i, type(e), b.id, properties(e)]) AS near
}
CALL (ns, ds) {
  UNWIND CASE WHEN $edges AND size(ns) < $limit THEN range(0, size(ns) - 1) ELSE [] END AS i
  WITH ns, i, ns[i] AS a, ds[i] < $expanded AS expanded
  WHERE NOT expanded AND ($stop IS NULL OR NOT a.kind IN $stop OR a.id IN $exempt OR a.asset IN $exempt)
    AND COUNT { (a)-[:TYPES]->() } > $hub
  UNWIND ns AS b
  MATCH (a)-[e:TYPES]->(b)
  WHERE $as_of IS NULL OR e.at <= $as_of
  RETURN collect([i, type(e), b.id, properties(e)]) AS far
}

// name: deeper
// A part: whether an edge leads from the last layer to what was not reached.
CALL (ns, ds) {
  UNWIND CASE WHEN size(ns) < $limit THEN range(size(ns) - 1, 0, -1) ELSE [] END AS i
  WITH ns, ns[i] AS a, ds[i] AS d
  WHERE d = $depth AND ($stop IS NULL OR NOT a.kind IN $stop OR a.id IN $exempt OR a.asset IN $exempt)
  MATCH (a)-[e:TYPES]->(b)
  WHERE ($as_of IS NULL OR e.at <= $as_of) AND NOT b IN ns
  WITH b LIMIT 1
  RETURN count(b) > 0 AS deeper
}

// name: whole
// A part: the nearest nodes; where they are all that is reached, their edges too, and whether there is more behind.
  WITH n, d
  WHERE d <= $depth
  WITH n, d LIMIT $limit
  RETURN collect(n) AS ns, collect(d) AS ds
}
// with: edges_between
// with: deeper
RETURN ds, [n IN ns | [n.id, n.key, n.asset, n.at, n.gone_at, n.until, n.status]] AS nodes, near + far AS edges, deeper

// name: whole_of_node
// What a walk from one node reaches: in one answer, where it is no more than asked for.
// with: reached_from_node
// with: whole

// name: whole_of_versions
// What a walk from the versions of an asset reaches: in one answer, where it is no more than asked for.
// with: reached_from_versions
// with: whole

// name: nearest
// A part: the nearest nodes that are wanted.
  WITH n, d
  WHERE d <= $depth AND
// with: fits
  WITH n, d LIMIT $limit
  RETURN collect(d) AS ds, collect([n.id, n.key, n.asset, n.at, n.gone_at, n.until, n.status]) AS nodes
}
RETURN ds, nodes

// name: nearest_of_node
// The nearest wanted nodes that a walk from one node reaches.
// with: reached_from_node
// with: nearest

// name: nearest_of_versions
// The nearest wanted nodes that a walk from the versions of an asset reaches.
// with: reached_from_versions
// with: nearest

// name: layer
// A part: the nodes at one distance that come first by their ids, and how many there are; $limit is where it stops.
  WITH n, d
  WHERE d <= $depth AND
// with: fits
  WITH n, d
  WHERE d = $distance
  WITH n LIMIT $limit
  RETURN collect(n) AS layer
}
WITH layer, size(layer) AS width
CALL (layer) {
  UNWIND layer AS n
  WITH n ORDER BY n.id LIMIT $first
  RETURN collect([n.id, n.key, n.asset, n.at, n.gone_at, n.until, n.status]) AS ns
}
RETURN width, ns

// name: layer_of_node
// The first nodes by id at one distance from a node.
// with: reached_from_node
// with: layer

// name: layer_of_versions
// The first nodes by id at one distance from the versions of an asset.
// with: reached_from_versions
// with: layer

// name: layer_next_to_node
// The first nodes by id one step from a node.
// with: next_to_node
// with: layer

// name: layer_next_to_versions
// The first versions of an asset by id.
// with: next_to_versions
// with: layer

// name: counted
// A part: how many nodes there are of each kind at each distance.
  WITH n, d
  WHERE d <= $depth
  WITH n.kind AS kind, d, count(*) AS number
  RETURN collect([kind, d, number]) AS rows
}
RETURN rows

// name: counts_of_node
// How many nodes a walk from one node reaches; no node is fetched.
// with: reached_from_node
// with: counted

// name: counts_of_versions
// How many nodes a walk from the versions of an asset reaches; no node is fetched.
// with: reached_from_versions
// with: counted

// name: behind
// A part: whether anything lies behind the depth.
  RETURN collect(n) AS ns, collect(d) AS ds
}
// with: deeper
RETURN deeper

// name: behind_of_node
// Whether there is more behind the depth of a walk from one node.
// with: reached_from_node
// with: behind

// name: behind_of_versions
// Whether there is more behind the depth of a walk from the versions of an asset.
// with: reached_from_versions
// with: behind

// name: visible
// Those of the ids that are there, and whether each is one to return.
UNWIND $ids AS id
MATCH (n:Entity {id: id})
WHERE NOT n:Hidden
RETURN collect([n.id,
// with: fits
]) AS rows

// name: newest_versions
// The newest versions of an asset, and whether each is one to return.
MATCH (n:Entity)
WHERE n.asset = $id AND n.at <= $as_of AND NOT n:Hidden
WITH n ORDER BY n.asset DESC, n.at DESC, n.id LIMIT $limit
RETURN collect([n.id,
// with: fits
]) AS rows

// name: step
// What one step from a layer leads to, and whether it is one to return.
UNWIND $ids AS id
MATCH (a:Entity {id: id})-[e:TYPES]->(n)
WHERE $as_of IS NULL OR e.at <= $as_of
WITH DISTINCT n LIMIT $limit
RETURN collect([n.id,
// with: fits
]) AS rows

// name: step_whole
// The edges that leave a layer, and the nodes to which they lead, some of which may have been seen before.
UNWIND range(0, size($ids) - 1) AS place
MATCH (a:Entity {id: $ids[place]})-[e:TYPES]->(n)
WHERE $as_of IS NULL OR e.at <= $as_of
WITH place, e, n LIMIT $limit
WITH collect([place, type(e), n.id, properties(e)]) AS edges, collect(DISTINCT n) AS ns
RETURN edges, [n IN ns | [n.id, n.key, n.asset, n.at, n.gone_at, n.until, n.status]] AS nodes

// name: walked_nodes
// What a walk says of these nodes.
UNWIND $ids AS id
MATCH (n:Entity {id: id})
RETURN collect([n.id, n.key, n.asset, n.at, n.gone_at, n.until, n.status]) AS rows

// name: edges_among
// The edges between nodes that a walk found.
UNWIND $ids AS id
MATCH (n:Entity {id: id})
WITH collect(n) AS ns, $ds AS ds
// with: edges_between
RETURN near + far AS edges, CASE WHEN size(ns) <> size($ids) THEN [n IN ns | n.id] END AS others

// name: path
// A shortest way from one node to another.
MATCH (a:Entity {id: $source})
MATCH (b:Entity {id: $target})
WHERE NOT a:Hidden AND NOT b:Hidden
MATCH p = SHORTEST 1 (a)((x)-[r:TYPES WHERE $as_of IS NULL OR r.at <= $as_of]->(y))+(b)
RETURN [e IN relationships(p) | [startNode(e).id, type(e), endNode(e).id, properties(e)]] AS edges

// name: path_from_versions
// A shortest way from any version of an asset to a node.
MATCH (a:Entity {id: $source})
MATCH (b:Entity {id: $target})
WHERE NOT a:Hidden AND NOT b:Hidden
MATCH p = SHORTEST 1 (a)-[:HAS_VERSION]->(v)((x)-[r:TYPES WHERE $as_of IS NULL OR r.at <= $as_of]->(y))*(b)
RETURN [e IN relationships(p)[1..] | [startNode(e).id, type(e), endNode(e).id, properties(e)]] AS edges

// name: path_to_versions
// A shortest way from a node to any version of an asset.
MATCH (a:Entity {id: $source})
MATCH (b:Entity {id: $target})
WHERE NOT a:Hidden AND NOT b:Hidden
MATCH p = SHORTEST 1 (a)((x)-[r:TYPES WHERE $as_of IS NULL OR r.at <= $as_of]->(y))*(w)<-[:HAS_VERSION]-(b)
RETURN [e IN relationships(p)[..-1] | [startNode(e).id, type(e), endNode(e).id, properties(e)]] AS edges

// name: path_between_versions
// A shortest way from any version of an asset to any version of another.
MATCH (a:Entity {id: $source})
MATCH (b:Entity {id: $target})
WHERE NOT a:Hidden AND NOT b:Hidden
MATCH p = SHORTEST 1 (a)-[:HAS_VERSION]->(v)((x)-[r:TYPES WHERE $as_of IS NULL OR r.at <= $as_of]->(y))*(w)<-[:HAS_VERSION]-(b)
RETURN [e IN relationships(p)[1..-1] | [startNode(e).id, type(e), endNode(e).id, properties(e)]] AS edges

// name: is_there
// Whether a node is there, and, where versions are asked for, any of them.
MATCH (n:Entity {id: $id})
WHERE NOT n:Hidden AND (NOT $versions OR EXISTS { (n)-[:HAS_VERSION]->() })
RETURN true AS there

// name: before
// One of some nodes from which one step leads to a node.
MATCH (b:Entity {id: $id})
UNWIND $among AS id
MATCH (a:Entity {id: id})
MATCH (a)-[e:TYPES]->(b)
WHERE $as_of IS NULL OR e.at <= $as_of
RETURN id LIMIT 1

// name: edges_along
// The edges between the two nodes of each step of a path.
UNWIND $steps AS step
MATCH (a:Entity {id: step[0]})
MATCH (b:Entity {id: step[1]})
MATCH (a)-[e:TYPES]->(b)
WHERE $as_of IS NULL OR e.at <= $as_of
RETURN collect([a.id, type(e), b.id, properties(e)]) AS edges
