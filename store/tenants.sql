-- name: add
insert into tenant (id, name, base_currency)
values (%(id)s, %(name)s, %(base_currency)s)
on conflict (id) do nothing

-- name: database
select 1 from pg_database where datname = %(name)s
