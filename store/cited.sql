-- The record that a source names: by the vendor's own row, or, where no rows are kept of it, by the record's own source.

-- name: of_row
select r.kind, r.id, r.version, r.fetched_at, r.body
from mirror_row w join mirror_record r on (r.tenant, r.kind, r.id) = (w.tenant, w.kind, w.owner)
where w.model = %(model)s and w.id::text = %(id)s

-- name: of_source
select kind, id, version, fetched_at, body from mirror_record
where body::jsonb -> 'source' @> jsonb_build_object('model', %(model)s::text, 'id', %(id)s::text) limit 1

-- name: before
select body, until from mirror_past where kind = %(kind)s and id = %(id)s order by until desc, n desc limit %(limit)s
