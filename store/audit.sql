-- name: append
insert into audit_entry (tenant, person, agent_run, event, subject, facts)
values (%(tenant)s, %(person)s, %(agent_run)s, %(event)s, %(subject)s, %(facts)s)

-- name: of_subject
select id, at, person, agent_run, event, subject, facts
from audit_entry where subject = %(subject)s order by id

-- name: newest
select a.id, a.at, a.person, coalesce(p.name, a.person) as person_name, a.agent_run, a.event, a.subject, a.facts
from audit_entry a left join person p on p.id::text = a.person
where a.id < %(before)s order by a.id desc limit %(limit)s
