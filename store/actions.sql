-- name: insert
insert into action (tenant, id, type, state, intent, arguments_digest, digest, before, changes, verdict,
                    proposer, proposer_name, agent_run, created_at, expires_at, problem, version, previous, editor,
                    editor_name, compensates, touched)
values (%(tenant)s, %(id)s, %(type)s, %(state)s, %(intent)s, %(arguments_digest)s, %(digest)s, %(before)s, %(changes)s,
        %(verdict)s, %(proposer)s, %(proposer_name)s, %(agent_run)s, %(created_at)s, %(expires_at)s, %(problem)s,
        %(version)s, %(previous)s, %(editor)s, %(editor_name)s, %(compensates)s, %(touched)s)
on conflict do nothing
returning id

-- name: open_twin
select id from action
where type = %(type)s and arguments_digest = %(arguments_digest)s
  and state in ('awaiting_approval', 'approved', 'executing', 'executed', 'unknown')

-- name: get
select a.*, a.expires_at < now() as overdue, n.id as successor
from action a left join action n on (n.tenant, n.previous) = (a.tenant, a.id)
where a.id = %(id)s

-- name: lock
select id from action where id = %(id)s for update

-- name: versions
with recursive earlier as (
    select id, previous, version from action where id = %(id)s
    union all select a.id, a.previous, a.version from action a join earlier e on a.id = e.previous),
later as (
    select id, version from action where id = %(id)s
    union all select a.id, a.version from action a join later l on a.previous = l.id)
select id from earlier union select id from later

-- name: by_ids
select a.*, a.expires_at < now() as overdue, n.id as successor
from action a left join action n on (n.tenant, n.previous) = (a.tenant, a.id)
where a.id = any(%(ids)s) order by a.version, a.created_at

-- name: decisions
select action, id::text, person, person_name, verdict, reason, digest, step, decided_at, on_behalf_of, on_behalf_of_name
from action_decision where action = any(%(ids)s) order by decided_at, id

-- name: listing
-- In brief without what makes an action large: a list of hundreds shows none of it.
select a.id, a.tenant, a.type, a.state, a.digest, a.verdict, a.proposer, a.proposer_name, a.agent_run, a.created_at,
    a.expires_at, a.record, a.problem, a.updated_at, a.attempt, a.version, a.previous, a.editor, a.editor_name,
    a.compensates, a.touched, a.reminded_at, a.escalated_at, a.expires_at < now() as overdue, n.id as successor,
    case when %(brief)s then a.intent || '{"arguments": {}, "origins": {}}' else a.intent end as intent,
    case when %(brief)s then a.before || '{"fields": {}}' else a.before end as before,
    case when %(brief)s and octet_length(a.changes::text) > 4000 then '[]' else a.changes end as changes,
    case when not %(brief)s then a.after end as after
from action a left join action n on (n.tenant, n.previous) = (a.tenant, a.id)
where (%(states)s::text[] is null or a.state = any(%(states)s))
  and (%(proposer)s::text is null or a.proposer = %(proposer)s)
  and (%(thread)s::text is null or a.intent ->> 'thread' = %(thread)s)
  and (%(project)s::text is null or a.intent ->> 'project_code' = %(project)s)
  and (%(before)s::timestamptz is null or a.created_at < %(before)s)
order by a.created_at desc, a.id limit %(limit)s

-- name: counts
select state, count(*) as count from action group by state

-- name: decide
insert into action_decision (tenant, action, person, person_name, verdict, reason, digest, step, on_behalf_of,
                             on_behalf_of_name)
values (%(tenant)s, %(action)s, %(person)s, %(person_name)s, %(verdict)s, %(reason)s, %(digest)s, %(step)s,
        %(on_behalf_of)s, %(on_behalf_of_name)s)

-- name: move
update action set state = %(state)s, updated_at = now(), problem = %(problem)s
where id = %(id)s and state = %(earlier)s and attempt = %(attempt)s
returning id

-- name: move_written
update action set state = %(state)s, updated_at = now(), problem = %(problem)s,
       record = coalesce(%(record)s, record), after = coalesce(%(after)s, after)
where id = %(id)s and state = %(earlier)s and attempt = %(attempt)s
returning id

-- name: begin_attempt
update action set state = 'executing', updated_at = now(), attempt = attempt + 1
where id = %(id)s and state = 'approved' and attempt = %(attempt)s
returning attempt

-- name: unfinished
select id::text from action a
where state in ('executing', 'executed') or (state = 'approved' and updated_at < now() - %(idle)s::interval)
   or state = 'unknown' and exists (select from action_resolution r where (r.tenant, r.action, r.attempt, r.state)
                                    = (a.tenant, a.id, a.attempt, a.state))
order by updated_at limit 100

-- name: people
select p.id::text, p.name, case when p.active then p.roles else '{}' end as roles, p.approval_limit, t.base_currency
from person p join tenant t on t.id = p.tenant
where p.id::text = any(%(ids)s)

-- name: last_write
select max(updated_at) as at from action
where state in ('executing', 'executed', 'verified', 'diverged', 'unknown', 'compensated')

-- name: moved
select a.*, a.expires_at < now() as overdue, n.id as successor
from action a left join action n on (n.tenant, n.previous) = (a.tenant, a.id)
where a.updated_at > %(since)s and n.id is null
  and (%(states)s::text[] is null or a.state = any(%(states)s))
  and (%(proposer)s::text is null or a.proposer = %(proposer)s)
order by a.updated_at desc, a.id limit %(limit)s
