-- Proposals that wait for decisions: for how long, and for which document.

-- name: to_remind
select id::text from action
where state = 'awaiting_approval' and reminded_at is null and expires_at > now()
  and created_at + make_interval(days => (verdict #>> '{deadlines,remind_after_days}')::int) < now()
order by created_at limit 100

-- name: to_escalate
select id::text from action
where state = 'awaiting_approval' and escalated_at is null and expires_at > now()
  and created_at + make_interval(days => (verdict #>> '{deadlines,escalate_after_days}')::int) < now()
order by created_at limit 100

-- name: remind
update action set reminded_at = now()
where id = %(id)s and state = 'awaiting_approval' and reminded_at is null
returning id

-- name: escalate
update action set escalated_at = now()
where id = %(id)s and state = 'awaiting_approval' and escalated_at is null
returning id

-- name: overdue
select id::text from action where state = 'awaiting_approval' and expires_at < now() limit 100

-- name: waiting_for_document
select id::text from action
where state = 'awaiting_approval' and type = %(type)s and intent ->> 'document' = %(document)s
order by created_at, id
