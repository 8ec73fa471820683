-- Conversations shown to colleagues.

-- name: share
insert into thread_share as s (tenant, thread, person) values (%(tenant)s, %(thread)s::uuid, %(person)s::uuid)
on conflict (tenant, thread, person) do update set shared_at = now(), ended_at = null where s.ended_at is not null
returning thread::text

-- name: end
update thread_share set ended_at = now()
where thread = %(thread)s::uuid and person = %(person)s::uuid and ended_at is null
returning thread::text

-- name: readers
select p.id::text as person, p.name, s.shared_at
from thread_share s join person p on (p.tenant, p.id) = (s.tenant, s.person)
where s.thread = %(thread)s::uuid and s.ended_at is null
order by p.name, p.id

-- name: listing
select t.id::text, t.person, t.title, t.created_at, t.updated_at, coalesce(p.name, '') as owner
from thread_share s
join thread t on (t.tenant, t.id) = (s.tenant, s.thread)
left join person p on p.tenant = t.tenant and p.id::text = t.person
where s.person = %(person)s::uuid and s.ended_at is null
order by t.updated_at desc, t.id limit %(limit)s

-- name: one
select t.id::text, t.person, t.title, t.created_at, t.updated_at, coalesce(p.name, '') as owner
from thread_share s
join thread t on (t.tenant, t.id) = (s.tenant, s.thread)
left join person p on p.tenant = t.tenant and p.id::text = t.person
where s.thread = %(thread)s::uuid and s.person = %(person)s::uuid and s.ended_at is null

-- name: tools
select t.id::text as turn, array(select c ->> 'name' from jsonb_array_elements(t.calls) c) as tools
from turn t where t.thread = %(thread)s::uuid
