-- How a firm's pages look.

-- name: get
select name, accent, accent_dark, logo, logo_type, version from look

-- name: named
select coalesce(nullif(l.name, ''), t.name) as name, l.accent, l.accent_dark, l.logo, l.logo_type, l.version
from look l join tenant t on t.id = l.tenant

-- name: put
insert into look (tenant, name, accent, accent_dark, logo, logo_type)
values (%(tenant)s, %(name)s, %(accent)s, %(accent_dark)s, %(logo)s, %(logo_type)s)

-- name: drop
delete from look
