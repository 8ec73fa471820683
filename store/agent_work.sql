-- name: proposals
with settled as (
    select a.id, a.agent_run is not null as agent, to_char(a.created_at at time zone 'UTC', 'YYYY-MM') as month, a.state,
        bool_or(d.verdict = 'reject') as rejected,
        extract(epoch from max(d.decided_at) filter (where a.state not in ('awaiting_approval', 'proposed')) - a.created_at)
            as seconds
    from action a left join action_decision d on (d.tenant, d.action) = (a.tenant, a.id)
    where a.created_at >= %(since)s
    group by a.id, a.agent_run, a.created_at, a.state
)
select agent, month, count(*) as proposals,
    count(*) filter (where state in ('approved', 'executing', 'executed', 'verified', 'diverged', 'unknown', 'failed',
        'stale', 'compensated')) as approved,
    count(*) filter (where state = 'rejected') as rejected,
    count(*) filter (where state = 'expired') as expired,
    count(*) filter (where state = 'denied') as denied,
    count(*) filter (where state in ('withdrawn', 'superseded')) as replaced,
    count(*) filter (where state in ('proposed', 'awaiting_approval')) as waiting,
    percentile_cont(0.5) within group (order by seconds) filter (where seconds is not null) as seconds
from settled group by grouping sets ((agent, month), (agent)) order by agent desc, month nulls first

-- name: readings
select to_char(started_at at time zone 'UTC', 'YYYY-MM') as month, count(*) as readings, sum(tokens_in + tokens_out) as tokens,
    sum(cost) as cost, count(*) filter (where cost is null) as unpriced
from model_reading where started_at >= %(since)s group by 1 order by 1

-- name: turns
select to_char(started_at at time zone 'UTC', 'YYYY-MM') as month, count(*) as turns,
    count(*) filter (where state = 'failed') as failed
from turn where started_at >= %(since)s group by 1 order by 1

-- name: recent
select id::text, intent ->> 'summary' as summary, type, state, proposer_name, created_at
from action where agent_run is not null and created_at >= %(since)s order by created_at desc, id limit %(limit)s
