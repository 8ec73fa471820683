-- name: remember
insert into code_precedent
    (tenant, code, kind, document, customer, practice, region, billing, subject, embedding, model, case_key, chosen_by)
values
    (%(tenant)s, %(code)s, %(kind)s, %(document)s, %(customer)s, %(practice)s, %(region)s, %(billing)s, %(subject)s,
     %(embedding)s::vector, %(model)s, %(case_key)s, %(chosen_by)s)
returning id

-- name: scan_on
-- Row security filters after the index: go on until enough of this tenant's rows are found.
select set_config('hnsw.iterative_scan', 'strict_order', true)

-- name: nearest
select code, kind, document, customer, practice, region, billing, subject, chosen_by, chosen_at,
       1 - (embedding <=> %(embedding)s::vector) as similarity
from code_precedent p
where (%(document)s::text is null or document is distinct from %(document)s) and model = %(model)s
    and (%(customer)s = '' or customer = %(customer)s)
    and not exists (
        select from code_precedent later
        where later.tenant = p.tenant and later.chosen_at > p.chosen_at
            and ((p.case_key <> '' and later.case_key = p.case_key) or later.document = p.document)
    )
order by embedding <=> %(embedding)s::vector
limit %(limit)s

-- name: reserved
select distinct code from code_precedent where kind = 'new' order by code

-- name: of_document
select c.code, c.kind, c.practice, c.region, c.chosen_by, c.chosen_at, coalesce(who.name, '') as chosen_by_name
from code_precedent c left join person who on who.id::text = c.chosen_by
where c.document = %(document)s order by c.chosen_at desc, c.id limit 1

-- name: of_case
-- What was chosen for the document itself goes before what was chosen for the same work elsewhere.
select c.code, c.kind, c.practice, c.region, c.chosen_by, c.chosen_at, coalesce(who.name, '') as chosen_by_name
from code_precedent c left join person who on who.id::text = c.chosen_by
where c.document = %(document)s or (c.case_key = %(case_key)s and c.case_key <> '')
order by coalesce(c.document = %(document)s, false) desc, c.chosen_at desc, c.id limit 1
