-- name: insert
insert into clause_passage (tenant, document, position, clause, page, start_at, end_at, embedding)
values (%(tenant)s, %(document)s, %(position)s, %(clause)s, %(page)s, %(start_at)s, %(end_at)s, %(embedding)s::vector)
on conflict (tenant, document, position) do nothing

-- name: known
select document::text, count(*) as passages from clause_passage
where document = any(%(documents)s::uuid[]) group by document

-- name: scan_on
-- Row security and the choice of documents filter after the index: go on until enough rows are found.
select set_config('hnsw.iterative_scan', 'strict_order', true)

-- name: nearest
select p.document::text, p.position, p.clause, p.page, p.start_at, p.end_at,
    substr(d.body, p.start_at + 1, p.end_at - p.start_at) as body,
    1 - (p.embedding <=> %(embedding)s::vector) as similarity
from clause_passage p
join document d on (d.tenant, d.id) = (p.tenant, p.document)
where p.document = any(%(documents)s::uuid[])
order by p.embedding <=> %(embedding)s::vector
limit %(limit)s

-- name: of_clauses
select p.document::text, p.position, p.clause, p.page, p.start_at, p.end_at,
    substr(d.body, p.start_at + 1, p.end_at - p.start_at) as body, 1 - (p.embedding <=> %(embedding)s::vector) as similarity
from clause_passage p
join document d on (d.tenant, d.id) = (p.tenant, p.document)
where p.document = %(document)s and p.clause = any(%(clauses)s)
order by p.position
