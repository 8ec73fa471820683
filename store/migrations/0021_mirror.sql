-- The ERP's facts as last read, each with its version and time; what a record said before is kept beside it.
create table mirror_state (
    tenant text primary key references tenant,
    system text not null,
    company text not null,
    base_currency text not null,
    closed_periods jsonb not null default '[]',
    rates jsonb not null default '[]',   -- currency and day of the newest exchange rates
    mark jsonb not null default '{}',      -- the reader's own word on how far it has read
    generation bigint not null default 1,  -- grows with every reading that changed something
    read_at timestamptz not null,          -- when the last complete reading began
    whole_at timestamptz not null,         -- when everything was last read, not only what had changed
    warnings jsonb not null default '[]'
);
-- The last attempt to read, whatever became of it; a failure stands until a reading succeeds.
create table mirror_attempt (
    tenant text primary key references tenant,
    tried_at timestamptz not null default now(),
    failed_since timestamptz,
    code text not null default '',
    detail text not null default ''
);

create table mirror_record (
    tenant text not null references tenant,
    kind text not null,
    id text not null,
    version text not null,
    fetched_at timestamptz not null,
    project text,                        -- of time: the project it was spent on
    body json not null,                  -- the record without the time of its reading
    primary key (tenant, kind, id)
);
create index mirror_record_time on mirror_record (tenant, project) where kind = 'time';
-- What a record other than time belongs to, such as contract:12. A table of its own, as behind row-level security an
-- index on an array is of no use: its operators are not leakproof.
create table mirror_key (
    tenant text not null references tenant,
    key text not null,
    kind text not null,
    id text not null,
    primary key (tenant, key, kind, id)
);
create index mirror_key_of on mirror_key (tenant, kind, id);

create table mirror_past (
    tenant text not null references tenant,
    n bigint generated always as identity,
    kind text not null,
    id text not null,
    version text not null,
    fetched_at timestamptz not null,
    body json not null,
    until timestamptz not null, -- when a reading found it changed or gone
    primary key (tenant, n)
);
create index mirror_past_of on mirror_past (tenant, kind, id, until);

-- Which of the vendor's own rows a record was made of: how a changed or deleted row finds its record.
create table mirror_row (
    tenant text not null references tenant,
    model text not null,
    id bigint not null,
    version text not null,
    kind text not null,
    owner text not null,
    primary key (tenant, model, id)
);
create index mirror_row_owner on mirror_row (tenant, kind, owner);

-- Notes of a whole reading under way, to find what is no longer there; worth nothing after it.
create unlogged table mirror_seen (
    tenant text not null,
    model text not null,
    id text not null,
    primary key (tenant, model, id)
);

select isolate_tenant('mirror_state');
select isolate_tenant('mirror_key');
select isolate_tenant('mirror_seen');
select isolate_tenant('mirror_attempt');
select isolate_tenant('mirror_record');
select isolate_tenant('mirror_past');
select isolate_tenant('mirror_row');
grant select, insert, update, delete on mirror_state, mirror_attempt, mirror_record, mirror_row, mirror_seen, mirror_key
    to countersign_app;
grant select, insert on mirror_past to countersign_app;
