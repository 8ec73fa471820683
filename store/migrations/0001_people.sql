-- Tenants, people, sessions and tokens. `countersign_app` owns nothing and sees only the tenant named in app.tenant.
create extension if not exists vector;

create table tenant (
    id text primary key check (id ~ '^[a-z][a-z0-9-]{1,39}$'),
    name text not null,
    base_currency char(3) not null,
    created_at timestamptz not null default now()
);

create table person (
    tenant text not null references tenant,
    id uuid not null default gen_random_uuid(),
    email text not null unique check (email = lower(email) and position('@' in email) > 1),
    name text not null check (name <> ''),
    password_hash text not null,
    roles text[] not null check (roles <@ array['project_manager', 'finance', 'approver', 'auditor', 'administrator']),
    approval_limit numeric(18, 2) check (approval_limit >= 0),
    active boolean not null default true,
    created_at timestamptz not null default now(),
    primary key (tenant, id)
);

-- Sessions and personal access tokens: only the SHA-256 of the secret is kept.
create table credential (
    tenant text not null,
    id uuid not null default gen_random_uuid(),
    person uuid not null,
    kind text not null check (kind in ('session', 'token')),
    label text not null default '',
    secret_digest bytea not null unique check (length(secret_digest) = 32),
    authenticated_at timestamptz not null default now(),
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    revoked_at timestamptz,
    primary key (tenant, id),
    foreign key (tenant, person) references person
);

alter table tenant enable row level security;
create policy tenant_isolation on tenant using (id = current_setting('app.tenant', true));
select isolate_tenant('person');
select isolate_tenant('credential');

grant select on tenant to countersign_app;
grant select, insert on person to countersign_app;
grant update (name, password_hash, roles, approval_limit, active) on person to countersign_app;
grant select, insert on credential to countersign_app;
grant update (revoked_at, authenticated_at) on credential to countersign_app;

-- Signing in comes before the tenant is known: these two functions are the only way across tenants, by exact key.
create function person_by_email(wanted text)
returns table (tenant text, id uuid, password_hash text, active boolean)
language sql security definer stable set search_path = public, pg_temp as $$
    select p.tenant, p.id, p.password_hash, p.active from person p where p.email = lower(wanted)
$$;

create function credential_by_digest(wanted bytea)
returns table (tenant text, id uuid, person uuid, kind text, authenticated_at timestamptz)
language sql security definer stable set search_path = public, pg_temp as $$
    select c.tenant, c.id, c.person, c.kind, c.authenticated_at
    from credential c join person p on (p.tenant, p.id) = (c.tenant, c.person)
    where c.secret_digest = wanted and c.revoked_at is null and c.expires_at > now() and p.active
$$;

revoke all on function person_by_email(text), credential_by_digest(bytea) from public;
grant execute on function person_by_email(text), credential_by_digest(bytea) to countersign_app;
