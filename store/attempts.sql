-- name: begin
insert into execution_attempt (tenant, action, attempt, worker, begun, lease_until)
values (%(tenant)s, %(action)s, %(attempt)s, %(worker)s, clock_timestamp(), clock_timestamp() + %(lease)s::interval)
returning lease_until

-- name: end
update execution_attempt set ended = clock_timestamp(), outcome = %(outcome)s, detail = %(detail)s
where action = %(action)s and attempt = %(attempt)s
  and (outcome is null or outcome in ('no_answer', 'closed') and %(outcome)s in ('found', 'nothing'))

-- name: of_action
select attempt, worker, begun, lease_until, ended, outcome, detail
from execution_attempt where action = %(action)s order by attempt

-- name: age
select clock_timestamp() - begun as age from execution_attempt where action = %(action)s and attempt = %(attempt)s

-- name: vain
select count(*) as count from execution_attempt
where action = %(action)s and outcome = 'nothing' and attempt > coalesce(
    (select max(attempt) from action_resolution where action = %(action)s and verdict = 'replayed'), 0)

-- name: resolve
insert into action_resolution (tenant, action, attempt, state, verdict, person, person_name, reason)
values (%(tenant)s, %(action)s, %(attempt)s, %(state)s, %(verdict)s, %(person)s, %(person_name)s, %(reason)s)
on conflict do nothing
returning id

-- name: resolutions
select id::text, attempt, state, verdict, person, person_name, reason, at
from action_resolution where action = %(action)s order by at

-- name: dead_letters
select a.id::text, last.outcome, last.detail, last.begun, last.ended, job.attempts as job_attempts
from action a
left join lateral (select * from execution_attempt e where (e.tenant, e.action) = (a.tenant, a.id)
                   order by e.attempt desc limit 1) last on true
left join lateral (select j.attempts from procrastinate_jobs j
                   where j.status = 'failed' and j.queue_name = a.tenant and j.task_name = %(task)s
                     and j.args ->> 'action_id' = a.id::text order by j.id desc limit 1) job on true
where (a.state in ('failed', 'unknown', 'diverged')
       or a.state in ('approved', 'executing', 'executed') and a.updated_at < now() - %(stuck)s::interval)
  and not exists (select from action_resolution r where (r.tenant, r.action, r.attempt, r.state, r.verdict)
                  = (a.tenant, a.id, a.attempt, a.state, 'accepted'))
order by a.updated_at desc limit %(limit)s
