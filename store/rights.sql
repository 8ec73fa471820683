-- Roles and limits of people, as approved actions change them.

-- name: now
select p.name, p.roles, p.approval_limit, t.base_currency, p.active
from person p join tenant t on t.id = p.tenant where p.id = %(person)s::uuid

-- name: change
insert into rights_change (tenant, id, person, roles, approval_limit)
values (current_setting('app.tenant'), %(action)s::uuid, %(person)s::uuid, %(roles)s, %(approval_limit)s)

-- name: changed_by
select c.person::text, p.name from rights_change c join person p on (p.tenant, p.id) = (c.tenant, c.person)
where c.id = %(action)s::uuid
