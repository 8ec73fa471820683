-- name: insert
insert into document_amendment (tenant, document, kind, number, effective, refers, effects)
values (%(tenant)s, %(document)s, %(kind)s, %(number)s, %(effective)s, %(refers)s, %(effects)s)

-- name: every
select document::text, kind, number, effective::text, refers, effects from document_amendment order by document

-- name: link
insert into document_link (tenant, document, amends, reason, person)
values (%(tenant)s, %(document)s, %(amends)s, %(reason)s, %(person)s)

-- name: links
select distinct on (l.document) l.document::text, l.amends::text, l.person, coalesce(p.name, l.person) as person_name,
    l.linked_at
from document_link l left join person p on p.id::text = l.person
order by l.document, l.id desc

-- name: places
select document::text, number, title, start_at, end_at from document_clause
where document = any(%(documents)s::uuid[]) order by document, position
