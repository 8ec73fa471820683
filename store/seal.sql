-- name: one_sealer
select pg_advisory_xact_lock(hashtextextended('seal:' || %(tenant)s, 0))

-- name: newest_checkpoint
select size, root, peaks, horizon::text, note from audit_checkpoint order by size desc limit 1

-- name: recent_checkpoints
select size, note from audit_checkpoint order by size desc limit %(limit)s

-- name: horizon
-- Every transaction below has ended: what commits later is at or above it and belongs to the next checkpoint, whatever
-- its entries' ids.
select pg_snapshot_xmin(pg_current_snapshot())::text as horizon

-- name: unsealed
select id, at, person, agent_run, on_behalf_of, event, subject, trace, facts::text
from audit_entry where transaction >= %(since)s::xid8 and transaction < %(horizon)s::xid8
order by id

-- name: waiting
select id, at, person, agent_run, on_behalf_of, event, subject, trace, facts::text
from audit_entry where transaction >= %(horizon)s::xid8

-- name: leaves_of
select entry, hash from audit_leaf where entry = any(%(entries)s)

-- name: add_leaves
insert into audit_leaf (tenant, index, entry, hash)
select %(tenant)s, %(first)s + new.n - 1, new.entry, new.hash
from unnest(%(entries)s::bigint[], %(hashes)s::bytea[]) with ordinality as new (entry, hash, n)

-- name: add_checkpoint
insert into audit_checkpoint (tenant, size, root, peaks, horizon, note)
values (%(tenant)s, %(size)s, %(root)s, %(peaks)s, %(horizon)s::xid8, %(note)s)

-- name: nodes_filled
select coalesce(max(index) + 1, 0) as filled from audit_node where level = %(level)s

-- name: leaf_hashes
select hash from audit_leaf where index >= %(first)s and index < %(end)s order by index

-- name: node_hashes
select hash from audit_node where level = %(level)s and index >= %(first)s and index < %(end)s order by index

-- name: add_nodes
insert into audit_node (tenant, level, index, hash)
select %(tenant)s, %(level)s, %(first)s + new.n - 1, new.hash
from unnest(%(hashes)s::bytea[]) with ordinality as new (hash, n)

-- name: checkpoints
select size, root, horizon::text, note from audit_checkpoint order by size

-- name: nodes
select level, index, hash from audit_node order by level, index

-- name: leaves
select a.id, a.at, a.person, a.agent_run, a.on_behalf_of, a.event, a.subject, a.trace, a.facts::text,
       l.index, l.entry, l.hash
from audit_leaf l left join audit_entry a on a.id = l.entry
where l.index >= %(first)s and l.index < %(end)s
order by l.index

-- name: leaf_count
select coalesce(max(index) + 1, 0) as leaves from audit_leaf

-- name: texts
select t.entry, t.key, t.salt, t.text, a.facts -> t.key ->> 'commitment' as commitment
from audit_text t left join audit_entry a on a.id = t.entry
where (t.entry, t.key) > (%(entry)s, %(key)s) order by t.entry, t.key limit %(limit)s

-- name: never_sealed
select a.id, a.event, a.subject, a.transaction < %(horizon)s::xid8 as late
from audit_entry a left join audit_leaf l on l.entry = a.id where l.entry is null
