-- name: insert
insert into document (tenant, name, sha256, kind, language, bytes, page_count, contract, content, body, pages, warnings,
    attached_to, bearing, uploaded_by)
values (%(tenant)s, %(name)s, %(sha256)s, %(kind)s, %(language)s, %(bytes)s, %(page_count)s, %(contract)s, %(content)s,
    %(body)s, %(pages)s, %(warnings)s, %(attached_to)s, %(bearing)s,
    %(uploaded_by)s)
on conflict (tenant, sha256) do nothing
returning id::text

-- name: insert_clause
insert into document_clause (tenant, document, position, number, title, page, start_at, end_at, body)
values (%(tenant)s, %(document)s, %(position)s, %(number)s, %(title)s, %(page)s, %(start)s, %(end)s, %(body)s)

-- name: insert_term
insert into document_term (tenant, document, position, field, value, confidence, method, status, alternatives, evidence)
values (%(tenant)s, %(document)s, %(position)s, %(field)s, %(value)s, %(confidence)s, %(method)s, %(status)s,
    %(alternatives)s, %(evidence)s)

-- name: insert_decision
insert into term_decision (tenant, term, verdict, value, reason, person)
values (%(tenant)s, %(term)s, %(verdict)s, %(value)s, %(reason)s, %(person)s)

-- name: unread_bearing
-- Documents that were kept before all that is kept of a document today was.
select id::text, name, kind from document
where (bearing is null or not bearing ? 'rates') and id > %(after)s order by id limit 1

-- name: set_bearing
update document set bearing = %(bearing)s where id = %(id)s and (bearing is null or not bearing ? 'rates')

-- name: by_digest
select d.id::text, d.name, d.sha256, d.kind, d.language, d.bytes, d.page_count, d.contract, d.status, d.pages,
    d.warnings, d.attached_to::text, d.uploaded_by, coalesce(p.name, d.uploaded_by) as uploaded_by_name, d.uploaded_at
from document d left join person p on p.id::text = d.uploaded_by
where d.sha256 = %(sha256)s

-- name: get
select d.id::text, d.name, d.sha256, d.kind, d.language, d.bytes, d.page_count, d.contract, d.status, d.pages,
    d.warnings, d.attached_to::text, d.uploaded_by, coalesce(p.name, d.uploaded_by) as uploaded_by_name, d.uploaded_at
from document d left join person p on p.id::text = d.uploaded_by
where d.id = %(id)s

-- name: newest
select d.id::text, d.name, d.sha256, d.kind, d.language, d.bytes, d.page_count, d.contract, d.status, d.pages,
    d.warnings, d.attached_to::text, d.uploaded_by, coalesce(p.name, d.uploaded_by) as uploaded_by_name, d.uploaded_at
from document d left join person p on p.id::text = d.uploaded_by
order by d.uploaded_at desc, d.id limit %(limit)s offset %(offset)s

-- name: of_contract
select d.id::text, d.name, d.sha256, d.kind, d.language, d.bytes, d.page_count, d.contract, d.status, d.pages,
    d.warnings, d.attached_to::text, d.uploaded_by, coalesce(p.name, d.uploaded_by) as uploaded_by_name, d.uploaded_at
from document d left join person p on p.id::text = d.uploaded_by
where d.contract = %(contract)s and d.status <> 'superseded'
order by d.uploaded_at desc, d.id

-- name: attached
select d.id::text, d.name, d.sha256, d.kind, d.language, d.bytes, d.page_count, d.contract, d.status, d.pages,
    d.warnings, d.attached_to::text, d.uploaded_by, coalesce(p.name, d.uploaded_by) as uploaded_by_name, d.uploaded_at
from document d left join person p on p.id::text = d.uploaded_by
where d.attached_to = %(id)s
order by d.uploaded_at, d.name, d.id

-- name: content
select content from document where id = %(id)s

-- name: body
select body from document where id = %(id)s

-- name: terms
select id::text, document::text, position, field, value, read_value, confidence, method, status, alternatives, evidence,
    decided_by, decided_at, reason
from term_in_force
where document = any(%(documents)s) and (%(fields)s::text[] is null or field = any(%(fields)s::text[]))
order by document, position

-- name: to_confirm
-- How many terms of these documents no person has looked at yet.
select document::text, count(*)::int as left_over from term_in_force
where document = any(%(documents)s) and status in ('proposed', 'conflict') group by document

-- name: term
select id::text, document::text, position, field, value, read_value, confidence, method, status, alternatives, evidence,
    decided_by, decided_at, reason
from term_in_force where id = %(id)s

-- name: attach
update document set contract = %(contract)s where id = %(id)s returning id::text

-- name: mark
update document set status = %(status)s where id = %(id)s returning id::text

-- name: clauses
select document::text, position, number, title, page, start_at, end_at, body
from document_clause where document = %(document)s order by position

-- name: search_clauses
select c.document::text, d.name as document_name, c.position, c.number, c.title, c.page, c.start_at, c.end_at, c.body,
    ts_rank_cd(c.words, q.query, 1) as rank
from document_clause c
join document d on (d.tenant, d.id) = (c.tenant, c.document),
    (select websearch_to_tsquery('english', %(text)s) || websearch_to_tsquery('simple', %(text)s) as query) q
where c.words @@ q.query and (%(documents)s::uuid[] is null or c.document = any(%(documents)s::uuid[]))
order by rank desc, c.document, c.position limit %(limit)s
