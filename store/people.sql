-- Tenants, people, their sessions and tokens, and the tries to sign in.

-- name: add
insert into person (tenant, email, name, password_hash, roles, approval_limit)
values (%(tenant)s, %(email)s, %(name)s, %(password_hash)s, %(roles)s, %(approval_limit)s)
returning id::text

-- name: one
select p.tenant, p.id::text, p.email, p.name, p.roles, p.approval_limit, p.active, t.base_currency, coalesce(nullif(l.name, ''), t.name) as firm,
    coalesce(l.version::text, '') as look, l.logo is not null as logo
from person p join tenant t on t.id = p.tenant left join look l on l.tenant = p.tenant
where p.id = %(id)s

-- name: everyone
select p.tenant, p.id::text, p.email, p.name, p.roles, p.approval_limit, p.active, t.base_currency, coalesce(nullif(l.name, ''), t.name) as firm,
    coalesce(l.version::text, '') as look, l.logo is not null as logo
from person p join tenant t on t.id = p.tenant left join look l on l.tenant = p.tenant
order by p.name, p.id

-- name: by_email
select tenant, id::text, password_hash, active from person_by_email(%(email)s)

-- name: add_credential
insert into credential (tenant, person, kind, label, secret_digest, expires_at)
values (%(tenant)s, %(person)s, %(kind)s, %(label)s, %(secret_digest)s, %(expires_at)s)
returning id::text

-- name: credential
select tenant, id::text, person::text, kind, authenticated_at from credential_by_digest(%(secret_digest)s)

-- name: revoke
update credential set revoked_at = now()
where id = %(id)s and person = %(person)s and kind = %(kind)s and revoked_at is null
returning id::text

-- name: tokens
select id::text, label, created_at, expires_at
from credential
where person = %(person)s and kind = 'token' and revoked_at is null and expires_at > now()
order by created_at desc, id

-- name: tried
select signin_tried(%(key)s, %(within)s) as tries

-- name: known
select signin_known(%(pair)s) as known

-- name: succeeded
select signin_succeeded(%(pair)s, %(person)s, %(address)s)

-- name: authenticated
update credential set authenticated_at = now() where id = %(id)s and person = %(person)s and kind = 'session'
    and revoked_at is null
returning authenticated_at

-- name: password
select password_hash from person where id = %(id)s and active

-- name: hold
select id from person where id = any(%(ids)s::uuid[]) order by id for update

-- name: set_active
update person set active = %(active)s where id = %(id)s and active <> %(active)s returning id::text

-- name: revoke_all
update credential set revoked_at = now() where person = %(person)s and revoked_at is null

-- name: known_people
select p.id::text, p.email, p.name, p.roles, p.approval_limit, p.active, t.base_currency,
    (select max(c.created_at) from credential c where (c.tenant, c.person) = (p.tenant, p.id) and c.kind = 'session')
        as last_seen,
    (select count(*) from credential c where (c.tenant, c.person) = (p.tenant, p.id) and c.kind = 'token'
        and c.revoked_at is null and c.expires_at > now()) as tokens
from person p join tenant t on t.id = p.tenant
order by p.active desc, p.name, p.id
