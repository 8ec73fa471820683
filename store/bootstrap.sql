-- Run by the owner before any migration: the application's role, the worker's, and the one way to put a table behind its tenant.
do $$ begin
    if not exists (select from pg_roles where rolname = 'countersign_app') then
        create role countersign_app login nosuperuser nocreatedb nocreaterole noinherit nobypassrls;
    end if;
    -- The worker may all that the application may, and alone may say that something was written to the ERP.
    if not exists (select from pg_roles where rolname = 'countersign_worker') then
        create role countersign_worker login nosuperuser nocreatedb nocreaterole inherit nobypassrls;
    end if;
    if not pg_has_role('countersign_worker', 'countersign_app', 'member') then
        grant countersign_app to countersign_worker;
    end if;
end $$;

create table if not exists schema_migration (
    name text primary key,
    sha256 text not null,
    applied_at timestamptz not null default now()
);

-- Every table with a `tenant` column calls this in the migration that makes it. The application owns no table, so it
-- is always held to the policy; the owner migrates, and lends its eye only to the functions that sign people in.
create or replace function isolate_tenant(wanted regclass) returns void language plpgsql as $$
begin
    execute format('alter table %s enable row level security', wanted);
    execute format(
        'create policy tenant_isolation on %s using (tenant = current_setting(''app.tenant'', true)) '
        'with check (tenant = current_setting(''app.tenant'', true))', wanted);
end $$;
