-- name: lock
select pg_advisory_xact_lock(hashtextextended(%(lock)s, 0))

-- name: add
insert into readiness_due (tenant, project)
select %(tenant)s, unnest(%(projects)s::text[]) on conflict do nothing

-- name: everyone
insert into readiness_due (tenant, project)
select %(tenant)s, id from mirror_record where kind = 'project'
union
(select %(tenant)s, 'contract:' || id from mirror_record where kind = 'contract'
except -- not a join, which PostgreSQL makes row by row on a mirror that was just filled
select %(tenant)s, key from mirror_key where kind = 'project' and key like 'contract:%%')
union
select %(tenant)s, project from readiness
on conflict do nothing

-- name: waiting
select count(*) as count, count(*) filter (where project in ('*', 'terms') or project like 'subject:%%') as special
from readiness_due

-- name: take_special
delete from readiness_due where project in ('*', 'terms') or project like 'subject:%%' returning project

-- name: take
with taken as (
    delete from readiness_due where (tenant, project) in (
        select tenant, project from readiness_due where not (project in ('*', 'terms') or project like 'subject:%%')
        order by project limit %(limit)s for update skip locked)
    returning tenant, project
), passed as (
    insert into time_passed_due (tenant, project) select tenant, project from taken where project not like 'contract:%%'
    on conflict do nothing
)
select project from taken

-- name: months
select month, day from readiness_month_kept order by month

-- name: keep_month
insert into readiness_month_kept (tenant, month, day) values (%(tenant)s, %(month)s, %(day)s)
on conflict (tenant, month) do update set asked_at = now(), day = excluded.day

-- name: drop_months
with gone as (
    delete from readiness_month_kept where month <> '' and asked_at < now() - interval '30 days' returning tenant, month
)
delete from readiness r using gone g where (r.tenant, r.month) = (g.tenant, g.month)

-- name: loose
select head from readiness_loose

-- name: add_loose
insert into readiness_loose (tenant, head) select %(tenant)s, unnest(%(heads)s::text[]) on conflict do nothing

-- name: terms
select contract, digest from readiness_terms

-- name: terms_of
select contract, body from readiness_terms where contract = any(%(contracts)s)

-- name: put_terms
insert into readiness_terms (tenant, contract, digest, body)
select %(tenant)s, * from unnest(%(contracts)s::text[], %(digests)s::bytea[], %(bodies)s::json[])
on conflict (tenant, contract) do update set digest = excluded.digest, body = excluded.body

-- name: forget_terms
delete from readiness_terms where contract = any(%(contracts)s)

-- name: rise
select nextval('readiness_stamp')

-- name: stamp
select last_value from readiness_stamp
