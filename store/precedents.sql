-- name: remember
insert into term_precedent (tenant, term, document, field, before, after, said, embedding, person)
values (%(tenant)s, %(term)s, %(document)s, %(field)s, %(before)s, %(after)s, %(said)s, %(embedding)s::vector,
    %(person)s)

-- name: fields
select distinct field from term_precedent where document <> %(document)s

-- name: scan_on
-- Row security and the field filter after the index: go on until enough rows are found.
select set_config('hnsw.iterative_scan', 'strict_order', true)

-- name: nearest
-- Only what still stands: a correction that its person or another one took back is no precedent.
select p.term::text, p.document::text, d.name as document_name, p.field, p.before, p.after, p.said, p.person,
    coalesce(who.name, p.person) as person_name, p.corrected_at,
    1 - (p.embedding <=> %(embedding)s::vector) as similarity
from term_precedent p
join document d on (d.tenant, d.id) = (p.tenant, p.document)
join term_in_force f on (f.tenant, f.id) = (p.tenant, p.term) and f.status = 'corrected' and f.value = p.after
left join person who on who.id::text = p.person
where p.field = %(field)s and p.document <> %(document)s
    and not exists (select from term_precedent n where (n.tenant, n.term) = (p.tenant, p.term) and n.id > p.id)
order by p.embedding <=> %(embedding)s::vector
limit %(limit)s
