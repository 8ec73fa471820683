-- name: remember
insert into code_precedent
    (tenant, code, kind, document, customer, practice, region, billing, subject, embedding, chosen_by)
values
    (%(tenant)s, %(code)s, %(kind)s, %(document)s, %(customer)s, %(practice)s, %(region)s, %(billing)s, %(subject)s,
     %(embedding)s::vector, %(chosen_by)s)
returning id

-- name: scan_on
-- Row security filters after the index: go on until enough of this tenant's rows are found.
select set_config('hnsw.iterative_scan', 'strict_order', true)

-- name: nearest
select code, kind, document, customer, practice, region, billing, subject, chosen_by, chosen_at,
       1 - (embedding <=> %(embedding)s::vector) as similarity
from code_precedent
where document is distinct from %(document)s
order by embedding <=> %(embedding)s::vector
limit %(limit)s

-- name: reserved
select distinct code from code_precedent where kind = 'new' order by code

-- name: of_document
select code, kind, practice, region, chosen_by, chosen_at
from code_precedent where document = %(document)s order by chosen_at desc, id limit 1
