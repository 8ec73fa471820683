-- name: insert
insert into document_amendment (tenant, document, kind, number, effective, refers, effects)
values (%(tenant)s, %(document)s, %(kind)s, %(number)s, %(effective)s, %(refers)s, %(effects)s)

-- name: every
select document::text, kind, number, effective::text, refers, effects from document_amendment order by document

-- name: link
insert into document_link (tenant, document, relation, target, reason, person)
values (%(tenant)s, %(document)s, %(relation)s, %(target)s, %(reason)s, %(person)s)

-- name: links
select distinct on (l.document, l.relation) l.document::text, l.relation, l.target::text, l.person,
    coalesce(p.name, l.person) as person_name, l.linked_at
from document_link l left join person p on p.id::text = l.person
order by l.document, l.relation, l.id desc

-- name: bearings
select id::text as document, bearing from document where bearing is not null

-- name: places
select document::text, number, title, start_at, end_at from document_clause
where document = any(%(documents)s::uuid[]) order by document, position
