-- name: put
with arriving as (
    select *, decode(hash, 'hex') as digest
    from jsonb_to_recordset(%(heads)s) as a (n int, hash text, project text, month text, code text, name text,
        customer text, practice text, region text, status text, currency text, unbilled numeric, ready numeric,
        blocked numeric, at_risk numeric, troubles jsonb, reason text, months text[], open jsonb, work jsonb)
    join json_array_elements(%(bodies)s::json) with ordinality as b (body, position) on b.position = a.n
), changed as (
    select a.*, r.project is null or r.digest <> a.digest as other from arriving a left join readiness r
        on r.tenant = %(tenant)s and (r.project, r.month) = (a.project, a.month)
    where r.project is null or r.digest <> a.digest or r.open <> a.open or r.work <> a.work
), kept as (
    insert into readiness_past (tenant, project, month, code, body, since, until)
    select r.tenant, r.project, r.month, r.code, r.body, r.since, greatest(now(), r.since)
    from readiness r join changed c on r.tenant = %(tenant)s and (r.project, r.month) = (c.project, c.month)
    where c.other
), written as (
    insert into readiness as r (tenant, project, month, code, name, customer, practice, region, status, currency,
        unbilled, ready, blocked, at_risk, troubles, reason, months, open, work, body, digest)
    select %(tenant)s, project, month, code, name, customer, practice, region, status, currency, unbilled, ready,
        blocked, at_risk, troubles, reason, months, open, work, body, digest from changed
    on conflict (tenant, project, month) do update set code = excluded.code, name = excluded.name,
        customer = excluded.customer, practice = excluded.practice, region = excluded.region,
        status = excluded.status, currency = excluded.currency, unbilled = excluded.unbilled, ready = excluded.ready,
        blocked = excluded.blocked, at_risk = excluded.at_risk, troubles = excluded.troubles, reason = excluded.reason, months = excluded.months,
        open = excluded.open, work = excluded.work, body = excluded.body, digest = excluded.digest,
        since = case when r.digest = excluded.digest then r.since else now() end
)
select count(*) filter (where other) as count from changed

-- name: forget
with gone as (
    delete from readiness where project = any(%(projects)s) returning *
)
insert into readiness_past (tenant, project, month, code, body, since, until)
select tenant, project, month, code, body, since, greatest(now(), since) from gone

-- name: listing
select project, month, code, name, customer, practice, region, status, currency, unbilled, ready, blocked, at_risk,
    troubles, since, count(*) over () as total
from readiness
where month = %(month)s
    and (%(practice)s = '' or practice = %(practice)s)
    and (%(region)s = '' or region = %(region)s)
    and (%(customer)s = '' or customer = %(customer)s)
    and (%(status)s = '' or status = %(status)s)
    and (%(search)s = '' or concat_ws(' ', code, name, customer) ilike '%%' || %(search)s || '%%')
order by
    case when %(sort)s = 'unbilled' then unbilled end desc nulls last,
    case when %(sort)s = 'ready' then ready end desc nulls last,
    case when %(sort)s = 'blocked' then blocked end desc nulls last,
    case when %(sort)s = 'at_risk' then at_risk end desc nulls last,
    case when %(sort)s = 'name' then lower(name) when %(sort)s = 'code' then coalesce(code, '~')
        when %(sort)s = 'customer' then lower(coalesce(customer, '~')) end,
    array_position(array['blocked', 'cannot_determine', 'billable', 'nothing_to_bill'], status),
    blocked + ready desc, name, project
limit %(limit)s offset %(offset)s

-- name: bodies
select body from readiness
where month = %(month)s
    and (%(practice)s = '' or practice = %(practice)s)
    and (%(region)s = '' or region = %(region)s)
    and (%(customer)s = '' or customer = %(customer)s)
    and (%(status)s = '' or status = %(status)s)
    and (%(search)s = '' or concat_ws(' ', code, name, customer) ilike '%%' || %(search)s || '%%')
order by project like 'contract:%%', coalesce(code, '~'), name, project
limit %(limit)s offset %(offset)s

-- name: sums
select currency, count(*) as count, sum(unbilled) as unbilled, sum(ready) as ready, sum(blocked) as blocked,
    sum(at_risk) as at_risk
from readiness
where month = %(month)s
    and (%(practice)s = '' or practice = %(practice)s)
    and (%(region)s = '' or region = %(region)s)
    and (%(customer)s = '' or customer = %(customer)s)
    and (%(status)s = '' or status = %(status)s)
    and (%(search)s = '' or concat_ws(' ', code, name, customer) ilike '%%' || %(search)s || '%%')
group by currency order by currency

-- name: grouped
select case %(by)s when 'customer' then customer when 'practice' then practice when 'region' then region
        when 'status' then status when 'reason' then nullif(reason, '') when 'month' then month end as label,
    currency, count(*) as count, sum(unbilled) as unbilled, sum(ready) as ready, sum(blocked) as blocked,
    sum(at_risk) as at_risk
from readiness
where month = any(%(months)s)
    and (%(practice)s = '' or practice = %(practice)s)
    and (%(region)s = '' or region = %(region)s)
    and (%(customer)s = '' or customer = %(customer)s)
    and (%(status)s = '' or status = %(status)s)
    and (%(search)s = '' or concat_ws(' ', code, name, customer) ilike '%%' || %(search)s || '%%')
group by 1, 2 order by case when %(by)s = 'month' then 1 end, sum(blocked) + sum(ready) desc, 1, 2

-- name: choices
select coalesce(array_agg(distinct customer order by customer) filter (where customer is not null), '{}') as customers,
    coalesce(array_agg(distinct practice order by practice) filter (where practice is not null), '{}') as practices,
    coalesce(array_agg(distinct region order by region) filter (where region is not null), '{}') as regions,
    count(*) as total
from readiness where month = %(month)s

-- name: statuses
select status, count(*) as count from readiness where month = %(month)s group by status

-- name: held
select project from readiness where month = '' and status in ('blocked', 'cannot_determine') and project = any(%(projects)s)

-- name: unbilled_months
select distinct unnest(months) as month from readiness where month = '' order by 1 desc

-- name: one
select body, since from readiness where project = %(project)s and month = %(month)s

-- name: one_at
select body, since, until from (
    select body, since, null::timestamptz as until from readiness where project = %(project)s and month = %(month)s
    union all
    select body, since, until from readiness_past where project = %(project)s and month = %(month)s) as known
where since <= %(at)s and (until is null or until > %(at)s) order by since desc limit 1

-- name: bodies_at
select distinct on (project) body, since, until from (
    select project, body, since, null::timestamptz as until from readiness where month = %(month)s
    union all
    select project, body, since, until from readiness_past where month = %(month)s) as known
where since <= %(at)s and (until is null or until > %(at)s) order by project, since desc

-- name: first
select min(since) as since from (
    select min(since) as since from readiness union all select min(since) from readiness_past) as known

-- name: history
select body, since, until from (
    select body, since, null::timestamptz as until from readiness where project = %(project)s and month = %(month)s
    union all
    select body, since, until from readiness_past where project = %(project)s and month = %(month)s) as known
order by since desc limit %(limit)s

-- name: of_code
select project from readiness where month = '' and code = %(code)s
union all
select project from readiness_past where month = '' and code = %(code)s
limit 1

-- name: reasons
select project, troubles from readiness where month = '' and troubles <> '[]'

-- name: moved
-- By how much what is held back grew or shrank on each day, by label and currency; what held before the first day
-- counts as of it.
with known as (
    select project, customer, practice, region, since, null::timestamptz as until, currency, blocked
    from readiness where month = ''
    union all
    select project, customer, practice, region, since, until, currency, blocked
    from readiness_past where month = '' and until >= %(since)s
), labelled as (
    select case %(by)s when 'project' then project when 'customer' then customer when 'practice' then practice
            when 'region' then region else '' end as label, currency, blocked, since, until
    from known
    where (%(projects)s::text[] is null or project = any(%(projects)s))
        and (%(practice)s = '' or practice = %(practice)s) and (%(region)s = '' or region = %(region)s)
)
select label, currency, day, sum(amount) as amount from (
    select label, currency, (greatest(since, %(since)s) at time zone 'UTC')::date as day, blocked as amount from labelled
    union all
    select label, currency, (greatest(until, %(since)s) at time zone 'UTC')::date, -blocked from labelled where until is not null) as steps
group by 1, 2, 3 order by 3

-- name: turned
-- Whose answer differs from the one that held at a time (or from the first that is known), with what it is worth. A firm's
-- answers begin when other systems' first reports have been taken in: what was judged before, without them, was no answer
-- that anything could have turned from.
select r.project, coalesce(r.code, r.project) as key, r.name, r.currency, r.since,
    r.ready - p.ready as ready, r.blocked - p.blocked as blocked
from readiness r
join lateral (
    select ready, blocked from readiness_past p
    where (p.tenant, p.project, p.month) = (r.tenant, r.project, '') and p.currency = r.currency
        and p.until > greatest(%(at)s,
            (select f.recorded_at + interval '10 minutes' from outside_fact f where f.tenant = r.tenant order by f.id limit 1))
    order by p.until limit 1) p on true
where r.month = '' and r.since > %(at)s and (r.ready <> p.ready or r.blocked <> p.blocked)
order by abs(r.ready - p.ready) + abs(r.blocked - p.blocked) desc, r.name limit %(limit)s

-- name: chosen
select body from readiness where month = %(month)s and project = any(%(projects)s)

-- name: open
-- What stands in the way anywhere, the most expensive first.
select r.project, coalesce(r.code, r.project) as key, r.name, r.customer, f.rule, f.title, f.verdict, f.severity, f.owner,
    f.amount, f.currency
from readiness r cross join lateral jsonb_to_recordset(r.open) as f (rule text, title text, verdict text, severity text,
    owner text, amount numeric, currency text)
where r.month = %(month)s
    and (%(projects)s::text[] is null or r.project = any(%(projects)s))
    and (%(rules)s::text[] is null or f.rule = any(%(rules)s))
    and f.verdict = any(%(verdicts)s)
    and (%(severity)s = '' or f.severity = %(severity)s)
order by coalesce(f.amount, 0) desc, key, f.rule

-- name: owned
-- What these have to clear before bills can go out: the most expensive first, each with how many there are in all.
select coalesce(r.code, r.project) as key, r.name, r.customer, f.owner, f.rule, f.title, f.amount, f.currency, r.since,
    (count(*) over ())::int as count
from readiness r cross join lateral jsonb_to_recordset(r.open) as f (rule text, title text, verdict text, severity text,
    owner text, amount numeric, currency text)
where r.month = '' and r.open <> '[]' and f.verdict = 'fail' and f.severity = 'blocks' and f.owner = any(%(owners)s)
order by coalesce(f.amount, 0) desc, key, f.rule limit %(limit)s

-- name: work
-- Time on no invoice, by project, approval and currency.
select r.project, w.approved, w.currency, sum(w.hours) as hours, sum(w.amount) as amount, sum(w.unpriced) as unpriced,
    sum(w.entries)::int as entries, min(w.day) as since
from readiness r cross join lateral jsonb_to_recordset(r.work) as w (day date, approved boolean, currency text,
    hours numeric, amount numeric, unpriced numeric, entries int)
where r.month = '' and r.work <> '[]'
    and (%(projects)s::text[] is null or r.project = any(%(projects)s))
    and (%(since)s::date is null or w.day >= %(since)s) and (%(until)s::date is null or w.day <= %(until)s)
    and (not %(approved)s or w.approved)
group by 1, 2, 3

-- name: work_by_month
select to_char(w.day, 'YYYY-MM') as month, w.currency, sum(w.amount) as amount
from readiness r cross join lateral jsonb_to_recordset(r.work) as w (day date, approved boolean, currency text, amount numeric)
where r.month = '' and r.work <> '[]' and w.approved
    and (%(projects)s::text[] is null or r.project = any(%(projects)s))
group by 1, 2
