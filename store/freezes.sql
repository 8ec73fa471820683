-- What stops execution at once, and what a thaw ends.

-- name: add
insert into execution_freeze (tenant, type, reason, person, person_name)
values (%(tenant)s, %(type)s, %(reason)s, %(person)s, %(person_name)s)
on conflict do nothing
returning id::text

-- name: listing
select id::text, type, reason, person, person_name, frozen_at, thaw::text, thawed_at
from execution_freeze
where %(all)s or thawed_at is null
order by thawed_at is not null, frozen_at desc, id limit 200

-- name: one
select id::text, type, reason, person, person_name, frozen_at, thaw::text, thawed_at
from execution_freeze where id = %(id)s

-- name: hold
-- Until this transaction ends no freeze commits; one that did is seen by the next statement.
select pg_advisory_xact_lock_shared(freeze_lock(%(tenant)s))

-- name: covering
select id::text, type, reason, person, person_name, frozen_at, thaw::text, thawed_at
from execution_freeze
where thawed_at is null and coalesce(type, %(type)s) = %(type)s
order by frozen_at limit 1

-- name: thaw
update execution_freeze set thaw = %(action)s, thawed_at = clock_timestamp()
where id = %(id)s and thawed_at is null
returning id::text

-- name: thawed_by
select id::text, type, reason, person, person_name, frozen_at, thaw::text, thawed_at
from execution_freeze where thaw = %(action)s
