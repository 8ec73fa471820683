-- name: waiting
select count(*) as count from time_passed_due

-- name: take
delete from time_passed_due where (tenant, project) in (
    select tenant, project from time_passed_due order by project limit %(limit)s for update skip locked)
returning project

-- name: sums
-- As policies/time_to_bill.py parts each entry's days. Project by project, as in mirror.sql, and by look-up in JSON where
-- a join would be made row by row, as PostgreSQL knows no statistics of what is handed to it. `keys` are what a project's
-- invoices are kept under, `approved` the day of approval by the timesheet's subject.
with person as materialized (
    select jsonb_object_agg(id, body ->> 'name') as names from mirror_record where kind = 'employee'
), wanted as materialized (
    select * from unnest(%(projects)s::text[], %(labels)s::text[]) as w (project, label)
), billing as materialized (
    -- Of each of a project's invoice lines the day on which it was sent, empty where it was not.
    select w.project, jsonb_object_agg(line ->> 'id',
        case when r.body ->> 'state' in ('posted', 'paid') then coalesce(r.body ->> 'date', '') else '' end) as lines
    from unnest(%(owners)s::text[], %(keys)s::text[]) as w (project, key)
    cross join lateral (select k.id from mirror_key k where k.kind = 'invoice' and k.key = w.key offset 0) as mine
    cross join lateral (
        select k.body from mirror_record k where k.kind = 'invoice' and k.id = mine.id offset 0) as r
    cross join lateral json_array_elements(r.body -> 'lines') as line
    where w.key not like 'contract:%%'
        or exists (select from mirror_record c where c.kind = 'contract' and c.id = substr(w.key, length('contract:') + 1))
    group by 1
), entry as (
    select w.project, w.label, t.id, t.day, t.hours, t.line, b.lines ->> t.line as sent, p.names ->> t.employee as person
    from wanted w left join billing b using (project) cross join person p
    cross join lateral (
        select k.id, k.day, k.hours, k.employee, k.body ->> 'invoice_line_id' as line from mirror_record k
        where k.kind = 'time' and k.project = w.project and k.billable
            and k.day >= %(since)s::date and k.day <= %(until)s::date offset 0) as t
), known as (
    select project, id, day, hours, line is not null as invoiced, nullif(sent, '')::date as billed,
        (date_trunc('month', day) + interval '1 month - 1 day')::date as month_end,
        (%(approved)s::jsonb ->> (label || '/' || person || '/' || to_char(day, 'IYYY"-W"IW')))::date as approved
    from entry where line is null or sent is not null
), ended as (
    select *, greatest(day, coalesce(billed, %(today)s::date)) as until from known
), closed as (
    select *, least(month_end, until) as closes from ended
), passing as (
    select *, case
        when approved is not null then least(greatest(closes, approved), until)
        when billed is null and not invoiced then until
        else closes end as passes
    from closed
)
select project, to_char(day, 'YYYY-MM') as month,
    coalesce(sum(hours) filter (where billed is not null), 0) as billed_hours,
    coalesce(sum(hours * (closes - day)) filter (where billed is not null), 0) as billed_cycle,
    coalesce(sum(hours * (passes - closes)) filter (where billed is not null), 0) as billed_approval,
    coalesce(sum(hours * (until - passes)) filter (where billed is not null), 0) as billed_invoicing,
    coalesce(sum(hours) filter (where billed is null), 0) as open_hours,
    coalesce(sum(hours * (closes - day)) filter (where billed is null), 0) as open_cycle,
    coalesce(sum(hours * (passes - closes)) filter (where billed is null), 0) as open_approval,
    coalesce(sum(hours * (until - passes)) filter (where billed is null and invoiced), 0) as open_draft,
    coalesce(sum(hours * (until - passes)) filter (where billed is null and not invoiced), 0) as open_waiting,
    (array_agg(id order by until - day desc, id collate "C" desc) filter (where billed is null))[1] as oldest,
    max(until - day) filter (where billed is null) as oldest_days
from passing group by 1, 2

-- name: forget
delete from time_passed where project = any(%(projects)s)

-- name: put
insert into time_passed (tenant, project, month, billed_hours, billed_cycle, billed_approval, billed_invoicing,
    open_hours, open_cycle, open_approval, open_draft, open_waiting, oldest, oldest_days)
select %(tenant)s, project, month, billed_hours, billed_cycle, billed_approval, billed_invoicing,
    open_hours, open_cycle, open_approval, open_draft, open_waiting, oldest, oldest_days
from jsonb_to_recordset(%(rows)s) as r (project text, month text, billed_hours numeric, billed_cycle numeric,
    billed_approval numeric, billed_invoicing numeric, open_hours numeric, open_cycle numeric, open_approval numeric,
    open_draft numeric, open_waiting numeric, oldest text, oldest_days int)

-- name: grouped
-- Project by project, as in mirror.sql; the oldest entry as one text to be compared, as sorting would take longer.
with shown as materialized (
    select project, status in ('blocked', 'cannot_determine') as held, case %(by)s
        when 'practice' then practice when 'region' then region when 'customer' then customer
        when 'project' then coalesce(code, project) end as key
    from readiness where month = '' and (%(projects)s::text[] is null or project = any(%(projects)s))
), added as (
    select case when %(by)s = 'month' then t.month else coalesce(s.key, '') end as key,
        sum(billed_hours) as billed_hours, sum(billed_cycle) as billed_cycle, sum(billed_approval) as billed_approval,
        sum(billed_invoicing) as billed_invoicing, sum(open_hours) as open_hours, sum(open_cycle) as open_cycle,
        sum(open_approval) as open_approval, sum(open_draft) as open_draft,
        coalesce(sum(open_waiting) filter (where s.held), 0) as open_held,
        coalesce(sum(open_waiting) filter (where not s.held), 0) as open_ready,
        max(lpad(oldest_days::text, 6, '0') || oldest collate "C") as oldest
    from shown s cross join lateral (
        select * from time_passed p where p.project = s.project and p.month >= %(first)s and p.month <= %(last)s
        offset 0) as t
    group by 1
)
select key, billed_hours, billed_cycle, billed_approval, billed_invoicing, open_hours, open_cycle, open_approval,
    open_draft, open_held, open_ready, substr(oldest, 7) as oldest, left(oldest, 6)::int as oldest_days
from added

-- name: keys
-- Of each project under what it is counted, and whether it is held back.
select project, status in ('blocked', 'cannot_determine') as held, coalesce(case %(by)s
    when 'practice' then practice when 'region' then region when 'customer' then customer
    when 'project' then coalesce(code, project) end, '') as key
from readiness where month = '' and (%(projects)s::text[] is null or project = any(%(projects)s))
