-- name: first_to_keep
-- The index of the first entry that is not older than the bound, or that must be kept.
select coalesce(min(l.index), (select max(index) + 1 from audit_leaf)) as index
from audit_leaf l join audit_entry a on a.id = l.entry
where a.at >= %(before)s
   or a.subject = any(%(held)s) or 'person:' || a.person = any(%(held)s)
   or 'person:' || a.on_behalf_of = any(%(held)s)

-- name: announced
select a.id, (a.facts ->> 'before')::bigint as before, l.index is not null as sealed
from audit_entry a left join audit_leaf l on l.entry = a.id
where a.event = 'audit.pruned' order by a.id desc limit 1

-- name: any_before
select exists (select from audit_leaf l join audit_entry a on a.id = l.entry where l.index < %(before)s) as left

-- name: prune
select prune_audit(%(before)s, %(batch)s) as pruned
