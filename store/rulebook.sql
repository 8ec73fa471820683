-- Sums for cumulative thresholds, and the versions of a firm's policy.

-- name: one_at_a_time
select pg_advisory_xact_lock(hashtextextended(current_setting('app.tenant') || ':' || %(type)s::text, 0))

-- name: sums
-- What is not known of an action counts with everything: an action without a customer with each customer.
with recursive own (id) as (
    select %(action)s::uuid
    union
    select a.previous from action a join own on a.id = own.id where a.previous is not null
)
select a.intent -> 'amount' ->> 'currency' as currency, sum((a.intent -> 'amount' ->> 'amount')::numeric) as amount,
       count(*) as actions
from action a
cross join lateral (select case %(per)s::text when 'proposer' then a.proposer
                                              when 'customer' then a.intent ->> 'customer'
                                              when 'project' then a.intent ->> 'project_code' end as name,
                           case %(per)s::text when 'customer' then a.intent ->> 'customer_id'
                                              when 'project' then a.intent -> 'arguments' ->> 'project_id' end as record
                   ) as found
where a.type = %(type)s
  and a.state in ('awaiting_approval', 'approved', 'executing', 'executed', 'verified', 'unknown', 'diverged')
  and a.created_at > %(since)s and (%(until)s::timestamptz is null or a.created_at <= %(until)s)
  and not exists (select from own where own.id = a.id)
  and (%(key)s::text is null or found.name is null or found.name = %(key)s or found.record = %(record)s)
  and a.intent -> 'amount' ->> 'currency' is not null
group by 1 order by 1

-- name: in_force
select t.base_currency, v.version, v.digest
from tenant t
left join lateral (
    select version, digest from policy_version where tenant = t.id order by version desc limit 1) as v on true
where t.id = current_setting('app.tenant')

-- name: version
select version, files, digest, action::text, installed_at from policy_version where version = %(version)s

-- name: versions
select v.version, v.digest, v.action::text, v.installed_at, a.intent ->> 'summary' as summary, a.proposer_name
from policy_version v join action a on (a.tenant, a.id) = (v.tenant, v.action)
order by v.version desc

-- name: install
insert into policy_version (tenant, version, files, digest, action)
values (current_setting('app.tenant'), %(version)s, %(files)s, %(digest)s, %(action)s)

-- name: installed_by
select version from policy_version where action = %(action)s
