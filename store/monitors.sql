-- name: switch
insert into monitor (tenant, person, kind, switched_on) values (%(tenant)s, %(person)s, %(kind)s, %(on)s)
on conflict (tenant, person, kind) do update set switched_on = excluded.switched_on, switched_at = clock_timestamp(),
    seen = null, seen_project = '', whole_at = null, problem = ''
    where monitor.switched_on <> excluded.switched_on
returning id::text

-- name: of_person
select id::text, person::text, kind, switched_on, switched_at, seen, seen_project, whole_at, ran_at, problem
from monitor where person::text = %(person)s order by kind

-- name: on
select id::text, person::text, kind, switched_on, switched_at, seen, seen_project, whole_at, ran_at, problem
from monitor where switched_on order by ran_at nulls first, id

-- name: ran
update monitor set ran_at = %(at)s, problem = %(problem)s, seen = %(seen)s, seen_project = %(seen_project)s,
    whole_at = %(whole_at)s
where id::text = %(id)s and switched_on and switched_at = %(switched_at)s

-- name: add_digest
insert into digest (tenant, person, blocks) values (%(tenant)s, %(person)s, %(blocks)s) returning id

-- name: digests
select id, made_at, blocks from digest where person::text = %(person)s order by id desc limit %(limit)s

-- name: drop_digests
delete from digest where person::text = %(person)s
    and id not in (select d.id from digest d where d.person::text = %(person)s order by d.id desc limit %(keep)s)

-- name: changed
select project, since, body from readiness
where month = '' and (%(seen)s::timestamptz is null or (since, project) > (%(seen)s, %(after)s))
order by since, project limit %(limit)s

-- name: became
select code, project, name, status, currency, blocked, ready, troubles
from readiness where month = '' and since > %(since)s and status in ('blocked', 'billable')
    and (status <> 'blocked' or blocked > 0)
order by blocked + ready desc, name limit %(limit)s

-- name: alike
select id::text from action where type = %(type)s and arguments_digest = %(arguments_digest)s
    and state not in ('verified', 'diverged')
order by created_at desc limit 20

-- name: proposed
select id::text from action where proposer = %(person)s and agent_run like 'monitor:%%' and created_at > %(since)s
order by created_at desc limit 20

-- name: settled
select id::text from action where proposer = %(person)s and updated_at > %(since)s
    and state not in ('awaiting_approval', 'approved', 'executing', 'executed')
order by updated_at desc limit 20
