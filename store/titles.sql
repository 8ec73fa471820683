-- name: newest
select id::text, name, contract from document order by uploaded_at desc, id limit %(limit)s
