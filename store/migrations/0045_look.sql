-- How a firm's pages look: its name, its colour in both themes, its logo. Absent: Countersign's own.
create table look (
    tenant text primary key references tenant,
    name text not null default '' check (length(name) <= 60),
    accent text not null check (accent ~ '^#[0-9a-f]{6}$'),
    accent_dark text not null check (accent_dark ~ '^#[0-9a-f]{6}$'),
    logo bytea check (octet_length(logo) <= 100000),
    logo_type text check (logo_type in ('image/png', 'image/svg+xml')),
    version bigint generated always as identity,
    changed_at timestamptz not null default now(),
    check ((logo is null) = (logo_type is null))
);
select isolate_tenant('look');
grant select, insert, delete on look to countersign_app;
