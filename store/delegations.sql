-- Who decides in whose place, from when until when.

-- name: add
insert into delegation (tenant, delegator, delegator_name, delegate, delegate_name, from_at, until_at, types,
                        approval_limit, reason)
values (%(tenant)s, %(delegator)s, %(delegator_name)s, %(delegate)s, %(delegate_name)s, %(from_at)s, %(until_at)s,
        %(types)s, %(approval_limit)s, %(reason)s)
returning id::text

-- name: one
select g.id::text, g.delegator, g.delegator_name, g.delegate, g.delegate_name, g.from_at, g.until_at, g.types,
       g.approval_limit, t.base_currency, g.reason, g.made_at, g.ended_at, g.ended_by,
       g.ended_at is null and now() between g.from_at and g.until_at as in_force
from delegation g join tenant t on t.id = g.tenant
where g.id = %(id)s

-- name: listing
select g.id::text, g.delegator, g.delegator_name, g.delegate, g.delegate_name, g.from_at, g.until_at, g.types,
       g.approval_limit, t.base_currency, g.reason, g.made_at, g.ended_at, g.ended_by,
       g.ended_at is null and now() between g.from_at and g.until_at as in_force
from delegation g join tenant t on t.id = g.tenant
where (%(person)s::text is null or %(person)s in (g.delegator, g.delegate))
order by g.until_at desc, g.id limit 200

-- name: covering
select g.id::text, g.delegator, g.delegator_name, g.delegate, g.delegate_name, g.from_at, g.until_at, g.types,
       g.approval_limit, t.base_currency, g.reason, g.made_at, g.ended_at, g.ended_by,
       g.ended_at is null and now() between g.from_at and g.until_at as in_force
from delegation g join tenant t on t.id = g.tenant
where g.delegate = %(delegate)s and (%(delegator)s::text is null or g.delegator = %(delegator)s)
  and (g.types = '{}' or %(type)s::text is null or %(type)s = any(g.types))
  and g.ended_at is null and coalesce(%(at)s, now()) between g.from_at and g.until_at
order by g.approval_limit desc nulls first, g.until_at desc, g.id

-- name: end
update delegation set ended_at = clock_timestamp(), ended_by = %(person)s
where id = %(id)s and ended_at is null
returning id::text
