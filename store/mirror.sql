-- name: lock
select pg_advisory_xact_lock(hashtextextended(%(lock)s, 0))

-- name: state
select s.*, a.tried_at, a.failed_since, a.doubted_since, a.code as failure_code, a.detail as failure
from mirror_state s left join mirror_attempt a using (tenant)

-- name: attempt
select tried_at, failed_since, code as failure_code, detail as failure from mirror_attempt

-- name: set_state
insert into mirror_state as s (tenant, system, company, base_currency, closed_periods, rates, mark, read_at, whole_at,
    warnings)
values (%(tenant)s, %(system)s, %(company)s, %(base_currency)s, %(closed_periods)s, %(rates)s, %(mark)s, %(read_at)s, %(read_at)s,
    %(warnings)s)
on conflict (tenant) do update set system = excluded.system, company = excluded.company,
    base_currency = excluded.base_currency, closed_periods = excluded.closed_periods, rates = excluded.rates,
    mark = excluded.mark,
    read_at = excluded.read_at, warnings = excluded.warnings,
    whole_at = case when %(whole)s then excluded.read_at else s.whole_at end,
    generation = s.generation + %(changed)s

-- name: succeeded
insert into mirror_attempt (tenant) values (%(tenant)s)
on conflict (tenant) do update set tried_at = now(), failed_since = null, doubted_since = null, code = '', detail = ''

-- name: failed
insert into mirror_attempt as a (tenant, failed_since, doubted_since, code, detail)
values (%(tenant)s, now(), %(doubted)s, %(code)s, %(detail)s)
on conflict (tenant) do update set tried_at = now(), failed_since = coalesce(a.failed_since, now()),
    doubted_since = coalesce(a.doubted_since, excluded.doubted_since), code = excluded.code, detail = excluded.detail

-- name: put
with arriving as (
    select * from jsonb_to_recordset(%(heads)s) as a (n int, kind text, id text, version text, project text,
        task text, employee text, day date, hours numeric, billable boolean, billed boolean, rate numeric, currency text)
    join json_array_elements(%(bodies)s::json) with ordinality as b (body, position) on b.position = a.n
), changed as (
    select a.kind, a.id, a.version, a.project, a.body, a.task, a.employee, a.day, a.hours, a.billable, a.billed, a.rate,
        a.currency, r.id is not null as known, r.project as was_project,
        r.version as was_version, r.fetched_at as was_fetched_at, r.body as was_body
    from arriving a left join lateral (
        select * from mirror_record k where (k.tenant, k.kind, k.id) = (%(tenant)s, a.kind, a.id) limit 1) r on true
    where r.id is null or r.body::text <> a.body::text
), kept as (
    insert into mirror_past (tenant, kind, id, version, fetched_at, body, until)
    select %(tenant)s, kind, id, was_version, was_fetched_at, was_body, %(read_at)s from changed where known
), written as (
    insert into mirror_record (tenant, kind, id, version, fetched_at, project, body, task, employee, day, hours, billable,
        billed, rate, currency)
    select %(tenant)s, kind, id, version, %(read_at)s, project, body, task, employee, day, hours, billable, billed, rate,
        currency from changed
    on conflict (tenant, kind, id) do update set version = excluded.version, fetched_at = excluded.fetched_at,
        project = excluded.project, body = excluded.body, task = excluded.task, employee = excluded.employee,
        day = excluded.day, hours = excluded.hours, billable = excluded.billable, billed = excluded.billed,
        rate = excluded.rate, currency = excluded.currency
)
select kind, id, known, project, was_project from changed

-- name: unkey
delete from mirror_key k using unnest(%(kinds)s::text[], %(ids)s::text[]) as g (kind, id)
where (k.kind, k.id) = (g.kind, g.id) returning k.kind, k.id, k.key

-- name: key
insert into mirror_key (tenant, kind, id, key)
select %(tenant)s, * from unnest(%(kinds)s::text[], %(ids)s::text[], %(keys)s::text[]) on conflict do nothing

-- name: forget
with gone as (
    delete from mirror_record r using unnest(%(kinds)s::text[], %(ids)s::text[]) as g (kind, id)
    where (r.kind, r.id) = (g.kind, g.id) returning r.*
), kept as (
    insert into mirror_past (tenant, kind, id, version, fetched_at, body, until)
    select %(tenant)s, kind, id, version, fetched_at, body, %(read_at)s from gone
)
select kind, id, true as known, project, project as was_project from gone

-- name: records
select '[' || coalesce(string_agg(replace(body::text, '"fetched_at":null', '"fetched_at":' || to_json(fetched_at)::text),
    ',' order by length(id), id), '') || ']' as body
from mirror_record where kind = %(kind)s

-- name: chosen
select '[' || coalesce(string_agg(replace(body::text, '"fetched_at":null', '"fetched_at":' || to_json(fetched_at)::text),
    ',' order by length(id), id), '') || ']' as body
from mirror_record where kind = %(kind)s and id = any(%(ids)s)

-- name: keyed
-- Key by key and record by record, for the same reason as `open_time`.
select '[' || coalesce(string_agg(replace(r.body::text, '"fetched_at":null', '"fetched_at":' || to_json(r.fetched_at)::text),
    ',' order by length(r.id), r.id), '') || ']' as body
from (
    select distinct k.id from unnest(%(keys)s::text[]) as wanted (key) cross join lateral (
        select id from mirror_key where kind = %(kind)s and key = wanted.key offset 0) as k
) as mine cross join lateral (
    select id, body, fetched_at from mirror_record where kind = %(kind)s and id = mine.id offset 0) as r

-- name: records_at
with known as (
    select distinct on (id) id, fetched_at, body::text as body from (
        select id, fetched_at, body, until from mirror_past where kind = %(kind)s and until > %(at)s
        union all
        select id, fetched_at, body, null from mirror_record where kind = %(kind)s) as ever
    where fetched_at <= %(at)s order by id, until nulls last)
select '[' || coalesce(string_agg(replace(body, '"fetched_at":null', '"fetched_at":' || to_json(fetched_at)::text),
    ',' order by length(id), id), '') || ']' as body
from known

-- name: kept_since
select least((select min(fetched_at) from mirror_past), (select min(fetched_at) from mirror_record)) as since

-- name: time
select '[' || coalesce(string_agg(replace(r.body::text, '"fetched_at":null', '"fetched_at":' || to_json(r.fetched_at)::text),
    ',' order by length(r.id), r.id), '') || ']' as body
from (select distinct unnest(%(projects)s::text[]) as id) as p cross join lateral (
    select k.id, k.body, k.fetched_at from mirror_record k where k.kind = 'time' and k.project = p.id offset 0) as r

-- name: open_time
-- Whole: what is not billed, and what is billed and like something that is not. Here and below project by project, as
-- PostgreSQL would else read all time of a mirror that was just filled, of which it knows no statistics yet.
select '[' || coalesce(string_agg(replace(r.body::text, '"fetched_at":null', '"fetched_at":' || to_json(r.fetched_at)::text),
    ',' order by length(r.id), r.id), '') || ']' as body
from (select distinct unnest(%(projects)s::text[]) as id) as p cross join lateral (
    select k.id, k.body, k.fetched_at from mirror_record k
    where k.kind = 'time' and k.project = p.id and (not k.billed or k.id = any(%(twins)s)) offset 0) as r

-- name: twins
-- Grouped rather than joined: most billed time is older than all that is to be billed, and cannot repeat it.
select t.id from (select distinct unnest(%(projects)s::text[]) as id) as p cross join lateral (
    with mine as materialized (
        select k.id, k.employee, k.day, k.hours, k.task, k.billed from mirror_record k
        where k.kind = 'time' and k.billable and k.project = p.id
    )
    select unnest(array_agg(id) filter (where billed)) as id from mine
    where day >= (select min(day) from mine where not billed)
    group by employee, day, hours, task having bool_or(billed) and bool_or(not billed)) as t

-- name: billed_time
select s.* from (select distinct unnest(%(projects)s::text[]) as id) as p cross join lateral (
    select k.project, k.task, k.employee, k.billable, k.rate, k.currency, k.day > %(today)s as ahead,
        sum(k.hours) as hours, min(k.day) as day
    from mirror_record k
    where k.kind = 'time' and k.billed and k.project = p.id and k.id <> all(%(twins)s)
    group by k.project, k.task, k.employee, k.billable, k.rate, k.currency, k.day > %(today)s) as s

-- name: ids
select id from mirror_record where kind = %(kind)s order by length(id), id

-- name: time_ids
select k.id from (select distinct unnest(%(projects)s::text[]) as id) as p cross join lateral (
    select r.id from mirror_record r where r.kind = 'time' and r.project = p.id offset 0) as k

-- name: keyed_ids
select distinct kind, id from mirror_key where key = any(%(keys)s)

-- name: counts
select kind, count(*) as count from mirror_record group by kind

-- name: changed
update mirror_state set generation = generation + 1

-- name: heads
select h.head from unnest(%(heads)s::text[]) as h (head)
where exists (select from mirror_key k where k.key = 'head:' || h.head)

-- name: worked
-- The sum is rounded, as on an invoice: `round` rounds half away from zero.
select project, case when %(by)s = 'person' then employee else '' end as employee,
    case when %(by)s = 'month' then to_char(day, 'YYYY-MM') else '' end as month, coalesce(currency, '') as currency,
    array_agg(distinct employee order by employee) as people, sum(hours) as hours,
    coalesce(sum(hours) filter (where billable), 0) as billable, count(*)::int as entries, max(day) as last,
    round(sum(rate * hours) filter (where billable), coalesce((%(places)s::json ->> coalesce(currency, ''))::int, 2)) as worth
from mirror_record
where kind = 'time'
    and (%(projects)s::text[] is null or project = any(%(projects)s))
    and (%(employee)s::text is null or employee = %(employee)s)
    and (%(since)s::date is null or day >= %(since)s) and (%(until)s::date is null or day <= %(until)s)
    and (%(billed)s::boolean is null or billed = %(billed)s)
    and (%(billable)s::boolean is null or billable = %(billable)s)
group by 1, 2, 3, 4

-- name: invoices
select '[' || coalesce(string_agg(replace(body::text, '"fetched_at":null', '"fetched_at":' || to_json(fetched_at)::text),
    ',' order by length(id), id), '') || ']' as body
from mirror_record
where kind = 'invoice'
    and (%(number)s = '' or lower(body ->> 'number') = lower(%(number)s))
    and (%(states)s::text[] is null or body ->> 'state' = any(%(states)s))
    and (%(since)s::date is null or body ->> 'date' >= %(since)s::text)
    and (%(until)s::date is null or body ->> 'date' <= %(until)s::text)

-- name: people
-- Hours by person and month, with the project that had most of them.
with parts as (
    select employee, to_char(day, 'YYYY-MM') as month, project, sum(hours) as hours,
        coalesce(sum(hours) filter (where billable), 0) as billable
    from mirror_record where kind = 'time' and day >= %(since)s and day < %(before)s group by 1, 2, 3
)
select employee, month, sum(hours) as hours, sum(billable) as billable,
    (array_agg(project order by hours desc, project))[1] as project
from parts group by 1, 2

-- name: last_days
select p.id as project, (select max(k.day) from mirror_record k where k.kind = 'time' and k.project = p.id) as day
from unnest(%(projects)s::text[]) as p (id)
