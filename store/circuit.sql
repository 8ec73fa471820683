-- name: read
select state, failures, openings, retry_at, retry_at <= clock_timestamp() as due
from erp_circuit where system = %(system)s

-- name: probe
update erp_circuit set state = 'half_open', retry_at = clock_timestamp() + %(probe)s::interval, changed_at = now()
where system = %(system)s and state <> 'closed' and retry_at <= clock_timestamp()
returning state

-- name: failed
insert into erp_circuit as c (tenant, system, failures) values (%(tenant)s, %(system)s, 1)
on conflict (tenant, system) do update set
    failures = c.failures + 1,
    state = case when c.state = 'half_open' or c.failures + 1 >= %(threshold)s::int then 'open' else 'closed' end,
    openings = c.openings + (c.state = 'half_open' or c.failures + 1 >= %(threshold)s::int)::int,
    retry_at = case when c.state = 'half_open' or c.failures + 1 >= %(threshold)s::int
        then clock_timestamp() + %(rest)s::interval * least(power(2, c.openings), 64) * (0.5 + random() / 2) end,
    changed_at = now()
where c.state <> 'open'
returning state, retry_at

-- name: answered
update erp_circuit set state = 'closed', failures = 0, openings = 0, retry_at = null, changed_at = now()
where system = %(system)s and (state <> 'closed' or failures > 0)
returning state
