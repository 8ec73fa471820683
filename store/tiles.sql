-- name: checkpoint
select note from audit_checkpoint order by size desc limit 1

-- name: checkpoint_at
select note from audit_checkpoint where size = %(size)s

-- name: checkpoints
select size, note from audit_checkpoint order by size

-- name: leaves
select hash from audit_leaf where index >= %(first)s and index < %(end)s order by index

-- name: hashes
select hash from audit_node where level = %(level)s and index >= %(first)s and index < %(end)s order by index

-- name: entries
select a.id, a.at, a.person, a.agent_run, a.on_behalf_of, a.event, a.subject, a.trace, a.facts::text
from audit_leaf l join audit_entry a on a.id = l.entry
where l.index >= %(first)s and l.index < %(end)s
order by l.index

-- name: first_entry
select l.index as first from audit_leaf l join audit_entry a on a.id = l.entry order by l.index limit 1

-- name: words
select t.entry, t.key, t.salt, t.text
from audit_text t join audit_leaf l on l.entry = t.entry
where l.index < %(size)s and (t.entry, t.key) > (%(entry)s, %(key)s)
order by t.entry, t.key limit %(limit)s
