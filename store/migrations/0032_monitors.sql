-- What the agent watches in a person's name because they switched it on, and the digests that it wrote for them.
create table monitor (
    tenant text not null references tenant,
    id uuid not null default gen_random_uuid(),
    person uuid not null,
    kind text not null check (kind in ('remedies', 'digest')),
    switched_on boolean not null,
    switched_at timestamptz not null default clock_timestamp(),
    -- Answers up to this one were looked at; empty: none yet, so that all are looked at.
    seen timestamptz,
    seen_project text not null default '',
    whole_at timestamptz,             -- when it last began with all of them
    ran_at timestamptz,
    problem text not null default '', -- why it can do nothing at present
    primary key (tenant, id),
    unique (tenant, person, kind),
    foreign key (tenant, person) references person
);
select isolate_tenant('monitor');
grant select, insert on monitor to countersign_app;
grant update (switched_on, switched_at, seen, seen_project, whole_at, ran_at, problem) on monitor to countersign_app;

create table digest (
    tenant text not null references tenant,
    id bigint generated always as identity,
    person uuid not null,
    made_at timestamptz not null default clock_timestamp(),
    blocks jsonb not null,
    primary key (tenant, id),
    foreign key (tenant, person) references person
);
create index digest_of_person on digest (tenant, person, id desc);
select isolate_tenant('digest');
grant select, insert, delete on digest to countersign_app;

-- Whoever proposes by themselves looks first whether people have settled the same before.
create index action_alike on action (tenant, type, arguments_digest);
create index readiness_since on readiness (tenant, since, project) where month = '';
