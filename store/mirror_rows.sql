-- name: put_rows
insert into mirror_row (tenant, model, id, version, kind, owner)
select %(tenant)s, * from unnest(%(models)s::text[], %(ids)s::bigint[], %(versions)s::text[], %(kinds)s::text[],
    %(owners)s::text[])
on conflict (tenant, model, id) do update set version = excluded.version, kind = excluded.kind, owner = excluded.owner

-- name: see
insert into mirror_seen (tenant, model, id)
select %(tenant)s, * from unnest(%(models)s::text[], %(ids)s::text[]) on conflict do nothing

-- name: unsee
delete from mirror_seen

-- name: gone
select r.kind, r.id from mirror_record r
where not exists (select from mirror_seen s where s.tenant = r.tenant and (s.model, s.id) = ('record ' || r.kind, r.id))

-- name: forget_rows
delete from mirror_row r using unnest(%(models)s::text[], %(ids)s::bigint[]) as g (model, id)
where (r.model, r.id) = (g.model, g.id)

-- name: forget_unseen_rows
delete from mirror_row r
where not exists (select from mirror_seen s where s.tenant = r.tenant and (s.model, s.id) = (r.model, r.id::text))

-- name: row_versions
select id, version from mirror_row where model = %(model)s and id = any(%(ids)s)

-- name: row_count
select count(*) as count from mirror_row where model = %(model)s and id > %(after)s and id <= %(until)s

-- name: row_top
select coalesce(max(id), 0) as top from mirror_row where model = %(model)s

-- name: row_ids
select id from mirror_row where model = %(model)s and id > %(after)s and id <= %(until)s

-- name: row_owners
select model, id, kind, owner from mirror_row where model = %(model)s and id = any(%(ids)s)

-- name: rows_of
select model, id from mirror_row where kind = %(kind)s and owner = any(%(owners)s)

-- name: keys_of
select distinct key from mirror_key where kind = %(kind)s and id = any(%(ids)s)

-- name: projects_of_time
select distinct project from mirror_record where kind = 'time' and id = any(%(ids)s)
