-- What a configured language model added to a reading, what it cost, and what was not believed. The rules' own reading is
-- never changed: where the model read another value, its word stands beside the term, which is then a conflict.
create table model_reading (
    tenant text not null,
    document uuid not null,
    model text not null,
    state text not null check (state in ('done', 'partial', 'failed')),
    reason text not null default '', -- a code: why it is not done
    parts integer not null check (parts >= 0),
    parts_read integer not null check (parts_read between 0 and parts),
    tokens_in bigint not null check (tokens_in >= 0),
    tokens_out bigint not null check (tokens_out >= 0),
    cost numeric(20, 8), -- null where no price is set
    outcomes jsonb not null default '{}', -- how many claims came to what
    started_at timestamptz not null,
    finished_at timestamptz not null default now(),
    primary key (tenant, document),
    foreign key (tenant, document) references document on delete cascade
);

create table term_dispute (
    tenant text not null,
    id bigint generated always as identity,
    term uuid not null,
    value jsonb not null,
    evidence jsonb not null,
    model text not null,
    disputed_at timestamptz not null default now(),
    primary key (tenant, id),
    foreign key (tenant, term) references document_term on delete cascade
);
create index term_dispute_term on term_dispute (tenant, term);

create or replace view term_in_force with (security_invoker = true) as
select t.tenant, t.id, t.document, t.position, t.field, t.value as read_value, t.confidence,
    t.alternatives || coalesce(x.said, '[]') as alternatives, t.evidence || coalesce(x.evidence, '[]') as evidence,
    coalesce(d.value, t.value) as value,
    case when d.verdict = 'correct' then 'human' else t.method end as method,
    case d.verdict when 'confirm' then 'confirmed' when 'correct' then 'corrected' when 'reject' then 'rejected'
        else case when x.said is null then t.status else 'conflict' end end as status,
    d.person as decided_by, d.decided_at, coalesce(d.reason, '') as reason
from document_term t
left join lateral (
    select * from term_decision d where (d.tenant, d.term) = (t.tenant, t.id) order by d.id desc limit 1) d on true
left join lateral (
    select jsonb_agg(x.value order by x.id) as said, jsonb_agg(x.evidence order by x.id) as evidence
    from term_dispute x where (x.tenant, x.term) = (t.tenant, t.id)) x on true;

select isolate_tenant('model_reading');
select isolate_tenant('term_dispute');
grant select on model_reading, term_dispute to countersign_app;
grant insert on model_reading, term_dispute to countersign_worker;
