-- Conversations: what people asked, what was answered, and which proposals an answer still waits for.
create table thread (
    tenant text not null references tenant,
    id uuid not null default gen_random_uuid(),
    person text not null check (person <> ''),
    title text not null default '' check (length(title) <= 200),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant, id)
);
create index thread_of_person on thread (tenant, person, updated_at desc);

-- `engine` names the model that answered, `trace` what an auditor asks (prompt digests, guardrail flags, fall-backs),
-- `calls` the tools called with their arguments and typed facts: what the next turn of the conversation may refer to.
create table turn (
    tenant text not null,
    id uuid not null default gen_random_uuid(),
    thread uuid not null,
    state text not null default 'running' check (state in ('running', 'waiting', 'done', 'failed', 'cancelled')),
    engine text not null default '',
    calls jsonb not null default '[]',
    trace jsonb not null default '{}',
    started_at timestamptz not null default now(),
    finished_at timestamptz,
    primary key (tenant, id),
    foreign key (tenant, thread) references thread
);
create index turn_of_thread on turn (tenant, thread, started_at);
create unique index one_turn_at_a_time on turn (tenant, thread) where state = 'running';

-- The proposals that a turn ended with. `told` is the last state of the action that the conversation has heard of.
create table turn_action (
    tenant text not null,
    turn uuid not null,
    action text not null,
    told text not null default '',
    primary key (tenant, turn, action),
    foreign key (tenant, turn) references turn
);
create index turn_of_action on turn_action (tenant, action);

create table message (
    tenant text not null,
    id bigint generated always as identity,
    thread uuid not null,
    turn uuid not null,
    author text not null check (author in ('person', 'agent')),
    text text not null default '',
    blocks jsonb not null default '[]',
    created_at timestamptz not null default clock_timestamp(),
    primary key (tenant, id),
    foreign key (tenant, thread) references thread,
    foreign key (tenant, turn) references turn
);
create index message_of_thread on message (tenant, thread, id);

select isolate_tenant('thread');
select isolate_tenant('turn');
select isolate_tenant('turn_action');
select isolate_tenant('message');

grant select, insert on thread, turn, turn_action, message to countersign_app;
grant update (title, updated_at) on thread to countersign_app;
grant update (state, engine, calls, trace, finished_at) on turn to countersign_app;
grant update (told) on turn_action to countersign_app;

-- LangGraph's checkpoints: a cache of running and waiting turns, never the record. These are the tables of
-- langgraph-checkpoint-postgres 3.2 (its MIGRATIONS 0 to 9) with a tenant; its own setup() is never run.
create table checkpoint_migrations (v integer primary key);
insert into checkpoint_migrations (v) select generate_series(0, 9);

create table checkpoints (
    tenant text not null default current_setting('app.tenant'),
    thread_id text not null,
    checkpoint_ns text not null default '',
    checkpoint_id text not null,
    parent_checkpoint_id text,
    type text,
    checkpoint jsonb not null,
    metadata jsonb not null default '{}',
    primary key (thread_id, checkpoint_ns, checkpoint_id)
);
create table checkpoint_blobs (
    tenant text not null default current_setting('app.tenant'),
    thread_id text not null,
    checkpoint_ns text not null default '',
    channel text not null,
    version text not null,
    type text not null,
    blob bytea,
    primary key (thread_id, checkpoint_ns, channel, version)
);
create table checkpoint_writes (
    tenant text not null default current_setting('app.tenant'),
    thread_id text not null,
    checkpoint_ns text not null default '',
    checkpoint_id text not null,
    task_id text not null,
    idx integer not null,
    channel text not null,
    type text,
    blob bytea not null,
    task_path text not null default '',
    primary key (thread_id, checkpoint_ns, checkpoint_id, task_id, idx)
);

select isolate_tenant('checkpoints');
select isolate_tenant('checkpoint_blobs');
select isolate_tenant('checkpoint_writes');
grant select on checkpoint_migrations to countersign_app;
grant select, insert, update, delete on checkpoints, checkpoint_blobs, checkpoint_writes to countersign_app;
