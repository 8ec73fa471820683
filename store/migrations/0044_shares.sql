-- Conversations that were shown to a colleague: who may look, since when, until it was ended.
create table thread_share (
    tenant text not null references tenant,
    thread uuid not null,
    person uuid not null, -- who may look
    shared_at timestamptz not null default now(),
    ended_at timestamptz,
    primary key (tenant, thread, person),
    foreign key (tenant, thread) references thread,
    foreign key (tenant, person) references person
);
create index thread_share_of_person on thread_share (tenant, person) where ended_at is null;
select isolate_tenant('thread_share');
grant select, insert on thread_share to countersign_app;
grant update (shared_at, ended_at) on thread_share to countersign_app;
