-- name: append
insert into audit_entry (tenant, person, agent_run, on_behalf_of, event, subject, trace, facts)
values (%(tenant)s, %(person)s, %(agent_run)s, %(on_behalf_of)s, %(event)s, %(subject)s, %(trace)s, %(facts)s)
returning id, at, facts::text as printed

-- name: append_with_texts
with entry as (
    insert into audit_entry (tenant, person, agent_run, on_behalf_of, event, subject, trace, facts)
    values (%(tenant)s, %(person)s, %(agent_run)s, %(on_behalf_of)s, %(event)s, %(subject)s, %(trace)s, %(facts)s)
    returning *),
words as (
    insert into audit_text (tenant, entry, key, salt, text)
    select entry.tenant, entry.id, said.key, said.salt, said.text
    from entry, unnest(%(keys)s::text[], %(salts)s::bytea[], %(texts)s::text[]) as said (key, salt, text))
select id, at, facts::text as printed from entry

-- name: of_subject
select a.id, a.at, a.person, coalesce(p.name, a.person) as person_name, a.agent_run, a.on_behalf_of,
       coalesce(o.name, a.on_behalf_of) as on_behalf_of_name, a.event, a.subject, a.trace, a.facts,
       (select jsonb_object_agg(t.key, t.text) from audit_text t where t.entry = a.id) as texts
from audit_entry a
left join person p on p.id::text = a.person
left join person o on o.id::text = a.on_behalf_of
where a.subject = %(subject)s order by a.id

-- name: newest
select a.id, a.at, a.person, coalesce(p.name, a.person) as person_name, a.agent_run, a.on_behalf_of,
       coalesce(o.name, a.on_behalf_of) as on_behalf_of_name, a.event, a.subject, a.trace, a.facts,
       (select jsonb_object_agg(t.key, t.text) from audit_text t where t.entry = a.id) as texts
from audit_entry a
left join person p on p.id::text = a.person
left join person o on o.id::text = a.on_behalf_of
where a.id < %(before)s
  and (%(event)s::text is null or a.event = %(event)s or starts_with(a.event, %(event)s || '.'))
  and (%(person)s::text is null or a.person = %(person)s or a.on_behalf_of = %(person)s)
order by a.id desc limit %(limit)s
