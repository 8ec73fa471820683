-- Each project's readiness as last worked out, with what pages filter and sort by; what it was before stays.
create table readiness (
    tenant text not null references tenant,
    project text not null,
    month text not null default '', -- empty: all that is unbilled
    code text,
    name text not null,
    customer text,
    practice text,
    region text,
    status text not null,
    currency text not null,
    unbilled numeric not null,
    ready numeric not null,
    blocked numeric not null,
    troubles jsonb not null default '[]', -- what stands in the way, the most expensive first
    reason text not null default '',      -- the first of them
    months text[] not null default '{}',  -- those in which something unbilled lies
    body json not null,                   -- the whole answer but for the time of reading
    digest bytea not null,                -- of the body: the same answer is not written again
    since timestamptz not null default now(), -- from when on this answer held
    primary key (tenant, project, month)
);
create index readiness_month on readiness (tenant, month, status);

create table readiness_past (
    tenant text not null references tenant,
    n bigint generated always as identity,
    project text not null,
    month text not null,
    code text,
    body json not null,
    since timestamptz not null,
    until timestamptz not null check (until >= since),
    primary key (tenant, n)
);
create index readiness_past_of on readiness_past (tenant, project, month, until);
create index readiness_past_at on readiness_past (tenant, month, until);

-- Whose verdict may have changed since; '*' is everyone's.
create table readiness_due (
    tenant text not null references tenant,
    project text not null,
    primary key (tenant, project)
);
-- For which months verdicts are kept up to date: those that someone asked for.
create table readiness_month_kept (
    tenant text not null references tenant,
    month text not null,
    day date not null,
    asked_at timestamptz not null default now(),
    primary key (tenant, month)
);

select isolate_tenant('readiness');
select isolate_tenant('readiness_past');
select isolate_tenant('readiness_due');
select isolate_tenant('readiness_month_kept');
grant select, insert, update, delete on readiness, readiness_due, readiness_month_kept to countersign_app;
grant select, insert on readiness_past to countersign_app;

-- The head of a subject, for an index that row-level security lets be used.
alter table outside_fact add column head text not null generated always as (split_part(subject, '/', 1)) stored;
create index outside_fact_by_head on outside_fact (tenant, head);

-- Whoever changes what a verdict rests on makes it due in the same transaction, from whichever place it is changed.
create function readiness_due_for_report() returns trigger language plpgsql as $$
begin
    insert into readiness_due (tenant, project)
    select distinct tenant, 'subject:' || split_part(subject, '/', 1) from arrived
    on conflict do nothing;
    return null;
end $$;
create trigger readiness_due after insert on outside_fact
    referencing new table as arrived for each statement execute function readiness_due_for_report();

create function readiness_due_for_all() returns trigger language plpgsql as $$
begin
    insert into readiness_due (tenant, project)
    select current_setting('app.tenant', true), 'terms' where coalesce(current_setting('app.tenant', true), '') <> ''
    on conflict do nothing;
    return null;
end $$;
create trigger readiness_due after insert or update or delete on document
    for each statement execute function readiness_due_for_all();
create trigger readiness_due after insert or update or delete on document_term
    for each statement execute function readiness_due_for_all();
create trigger readiness_due after insert or update or delete on term_decision
    for each statement execute function readiness_due_for_all();
create trigger readiness_due after insert or update or delete on document_amendment
    for each statement execute function readiness_due_for_all();
create trigger readiness_due after insert or update or delete on document_link
    for each statement execute function readiness_due_for_all();

-- Heads of reports that name no project, contract or customer: they are looked at with every project.
create table readiness_loose (
    tenant text not null references tenant,
    head text not null,
    primary key (tenant, head)
);
select isolate_tenant('readiness_loose');
grant select, insert on readiness_loose to countersign_app;

-- What the documents said of each contract when it was last worked out: so that only contracts whose terms changed count.
create table readiness_terms (
    tenant text not null references tenant,
    contract text not null,
    digest bytea not null,
    body json not null,
    primary key (tenant, contract)
);
select isolate_tenant('readiness_terms');
grant select, insert, update, delete on readiness_terms to countersign_app;
