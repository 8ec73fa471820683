-- name: record
insert into outside_fact (tenant, kind, subject, value, system, reported_at, recorded_by)
select %(tenant)s, kind, subject, value, system, reported_at, %(person)s
from jsonb_to_recordset(%(facts)s)
    as report (kind text, subject text, value jsonb, system text, reported_at timestamptz)
on conflict do nothing

-- name: newest
select distinct on (kind, subject, system) id, kind, subject, value, system, reported_at
from outside_fact
where %(kinds)s::text[] is null or kind = any(%(kinds)s::text[])
order by kind, subject, system, reported_at desc, id desc

-- name: known
-- Which of these reports, by their place, are there word for word.
select report.place
from jsonb_to_recordset(%(facts)s)
    as report (place int, kind text, subject text, value jsonb, system text, reported_at timestamptz)
where exists (
    select from outside_fact f
    where (f.kind, f.subject, f.system, f.reported_at) = (report.kind, report.subject, report.system, report.reported_at)
      and md5(f.value::text) = md5(report.value::text))

-- name: around
-- All reports on what is about these subjects or stands below one of them, the newest first.
select id, kind, subject, value, system, reported_at
from outside_fact
where head = any(%(heads)s)
order by reported_at desc, id desc
limit %(limit)s

-- name: history
select id, kind, subject, value, system, reported_at
from outside_fact
where kind = %(kind)s and subject = %(subject)s
order by reported_at desc, id desc
limit %(limit)s

-- name: newest_of
-- Head by head: where statistics are missing, PostgreSQL would else read all reports there are.
select distinct on (f.kind, f.subject, f.system) f.id, f.kind, f.subject, f.value, f.system, f.reported_at
from (select distinct unnest(%(heads)s::text[]) as head) as wanted cross join lateral (
    select * from outside_fact
    where head = wanted.head and (%(kind)s::text is null or kind = %(kind)s) offset 0) as f
order by f.kind, f.subject, f.system, f.reported_at desc, f.id desc

-- name: covered
select kind from unnest(%(kinds)s::text[]) as k (kind)
where exists (select from outside_fact f where f.kind = k.kind)

-- name: newest_of_kind
select distinct on (kind, subject, system) id, kind, subject, value, system, reported_at
from outside_fact
where kind = %(kind)s
order by kind, subject, system, reported_at desc, id desc
