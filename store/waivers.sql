-- Rules that people agreed to bill in spite of.

-- name: in_force
-- The newest of each project and rule that was not ended, on a day; with the names of those who approved it.
select distinct on (w.project, w.rule) w.id::text, w.project, w.rule, w.until, w.reason, w.amount, w.currency, w.made_at,
       (select string_agg(d.person_name, ', ' order by d.decided_at) from action_decision d
        where d.action = w.id and d.verdict = 'approve') as by
from waiver w
where w.ended_by is null and w.until >= %(on)s and coalesce(%(project)s::text, w.project) = w.project
order by w.project, w.rule, w.made_at desc, w.id

-- name: latest
select w.id::text, w.project, w.rule, w.until, w.reason, w.amount, w.currency, w.made_at, '' as by
from waiver w
where w.project = %(project)s and w.rule = %(rule)s and w.ended_by is null
order by w.made_at desc, w.id limit 1

-- name: one
select w.id::text, w.project, w.rule, w.until, w.reason, w.amount, w.currency, w.made_at, '' as by,
       w.ended_by is not null as ended
from waiver w where w.id = %(id)s

-- name: add
insert into waiver (tenant, id, project, rule, until, reason, amount, currency)
values (current_setting('app.tenant'), %(id)s, %(project)s, %(rule)s, %(until)s, %(reason)s, %(amount)s, %(currency)s)

-- name: end
update waiver set ended_by = %(action)s, ended_at = clock_timestamp() where id = %(id)s and ended_by is null
returning id::text

-- name: ended_by
select id::text from waiver where ended_by = %(action)s
