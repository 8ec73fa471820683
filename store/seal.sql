-- name: one_sealer
select pg_advisory_xact_lock(hashtextextended('seal:' || %(tenant)s, 0))

-- name: newest_checkpoint
select size, root, peaks, horizon::text, note from audit_checkpoint order by size desc limit 1

-- name: unsealed
-- Every entry whose transaction had ended when this statement began, and the bound that says so: what commits later
-- has a transaction at or above the bound and belongs to the next checkpoint, whatever its id.
with bound as materialized (select pg_snapshot_xmin(pg_current_snapshot()) as horizon)
select b.horizon::text as horizon, a.id, a.at, a.person, a.agent_run, a.event, a.subject, a.facts::text as facts
from bound b left join audit_entry a on a.transaction >= %(since)s::xid8 and a.transaction < b.horizon
order by a.id

-- name: add_leaf
insert into audit_leaf (tenant, index, entry, hash) values (%(tenant)s, %(index)s, %(entry)s, %(hash)s)

-- name: add_checkpoint
insert into audit_checkpoint (tenant, size, root, peaks, horizon, note)
values (%(tenant)s, %(size)s, %(root)s, %(peaks)s, %(horizon)s::xid8, %(note)s)

-- name: checkpoints
select size, root, horizon::text, note from audit_checkpoint order by size

-- name: leaves
select l.index, l.entry, l.hash, a.id, a.at, a.person, a.agent_run, a.event, a.subject, a.facts::text as facts
from audit_leaf l left join audit_entry a on a.id = l.entry
where l.index >= %(first)s
order by l.index limit %(limit)s

-- name: never_sealed
select a.id, a.transaction < %(horizon)s::xid8 as late
from audit_entry a left join audit_leaf l on l.entry = a.id where l.entry is null
