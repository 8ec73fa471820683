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
       (select jsonb_object_agg(t.key, t.text) from audit_text t where t.entry = a.id) as texts, l.index as leaf
from audit_entry a
left join audit_leaf l on l.entry = a.id
left join person p on p.id::text = a.person
left join person o on o.id::text = a.on_behalf_of
where a.subject = %(subject)s order by a.id

-- name: newest
select a.id, a.at, a.person, coalesce(p.name, a.person) as person_name, a.agent_run, a.on_behalf_of,
       coalesce(o.name, a.on_behalf_of) as on_behalf_of_name, a.event, a.subject, a.trace, a.facts,
       (select jsonb_object_agg(t.key, t.text) from audit_text t where t.entry = a.id) as texts, l.index as leaf
from audit_entry a
left join audit_leaf l on l.entry = a.id
left join person p on p.id::text = a.person
left join person o on o.id::text = a.on_behalf_of
where a.id < %(before)s
  and (%(event)s::text is null or a.event = %(event)s or starts_with(a.event, %(event)s || '.'))
  and (%(person)s::text is null or a.person = %(person)s or a.on_behalf_of = %(person)s)
  and (%(since)s::date is null or a.at >= %(since)s::date)
  and (%(until)s::date is null or a.at < %(until)s::date + 1)
  and (%(text)s::text is null or a.id in (
       select worded(%(words)s)
       union all
       select e.id from audit_entry e where e.subject = any(array(
           select 'document:' || d.id from document d
           where 'document' = any(%(named)s::text[]) and strpos(lower(d.name), lower(%(text)s)) > 0
           union all
           select 'action:' || c.id from action c
           where 'action' = any(%(named)s::text[]) and strpos(lower(c.intent ->> 'summary'), lower(%(text)s)) > 0))))
order by a.id desc limit %(limit)s

-- name: word
-- The words of entries whose transactions are over; what commits late is at or above the horizon and comes next time.
with now as (select pg_snapshot_xmin(pg_current_snapshot()) as horizon),
added as (
    insert into audit_word (tenant, entry, words)
    select e.tenant, e.id, words_of(e.subject || ' ' || e.facts::text) from audit_entry e
    where e.transaction >= coalesce((select horizon from audit_worded), '0'::xid8)
        and e.transaction < (select horizon from now)
    on conflict do nothing)
insert into audit_worded (tenant, horizon) select %(tenant)s, horizon from now
on conflict (tenant) do update set horizon = excluded.horizon where excluded.horizon > audit_worded.horizon

-- name: standing
-- How far the log is signed, and how many entries have come since.
select c.size, c.signed_at, (select count(*) from audit_entry a where a.transaction >= c.horizon) as waiting
from audit_checkpoint c order by c.size desc limit 1

-- name: names
-- What subjects ("document:<id>") are called; kinds that are not asked for stay without a name.
select s.subject, coalesce(d.name, a.intent ->> 'summary', p.name) as name
from (select subject, split_part(subject, ':', 1) as kind, split_part(subject, ':', 2)::uuid as id
      from unnest(%(subjects)s::text[]) as asked (subject)
      where subject ~ '^[a-z]+:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$') s
left join document d on s.kind = 'document' and d.id = s.id
left join action a on s.kind = 'action' and a.id = s.id
left join person p on s.kind = 'person' and p.id = s.id
where s.kind = any(%(kinds)s::text[]) and coalesce(d.id, a.id, p.id) is not null
