-- name: record
insert into outside_fact (tenant, kind, subject, value, system, reported_at, recorded_by)
select %(tenant)s, kind, subject, value, system, reported_at, %(person)s
from jsonb_to_recordset(%(facts)s)
    as report (kind text, subject text, value jsonb, system text, reported_at timestamptz)
on conflict do nothing

-- name: newest
select distinct on (kind, subject) id, kind, subject, value, system, reported_at
from outside_fact
order by kind, subject, reported_at desc, id desc

-- name: history
select id, kind, subject, value, system, reported_at
from outside_fact
where kind = %(kind)s and subject = %(subject)s
order by reported_at desc, id desc
limit %(limit)s

-- name: newest_of
select distinct on (kind, subject) id, kind, subject, value, system, reported_at
from outside_fact
where head = any(%(heads)s)
order by kind, subject, reported_at desc, id desc

-- name: covered
select kind from unnest(%(kinds)s::text[]) as k (kind)
where exists (select from outside_fact f where f.kind = k.kind)
