-- What other systems than the ERP report: every report stays, the newest on a kind and subject counts.
create table outside_fact (
    tenant text not null references tenant,
    id bigint generated always as identity,
    kind text not null check (kind in ('timesheet', 'milestone', 'purchase_order', 'billing_hold', 'change_request')),
    subject text not null check (length(subject) between 1 and 300),
    value jsonb not null check (jsonb_typeof(value) = 'object' and pg_column_size(value) < 8000),
    system text not null check (length(system) between 1 and 80),
    reported_at timestamptz not null,
    recorded_at timestamptz not null default now(),
    recorded_by text not null,
    primary key (tenant, id)
);
-- The same file may come twice: a report is known by all that it says.
create unique index outside_fact_once on outside_fact (tenant, kind, subject, system, reported_at, md5(value::text));
create index outside_fact_newest on outside_fact (tenant, kind, subject, reported_at desc, id desc);

select isolate_tenant('outside_fact');
grant select on outside_fact to countersign_app;
grant insert (tenant, kind, subject, value, system, reported_at, recorded_by) on outside_fact to countersign_app;
