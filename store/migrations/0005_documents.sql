-- Documents, what was read in them, and what people decided about it. A reading is never changed; a person's verdict
-- stands beside it, the newest in force.
create table document (
    tenant text not null references tenant,
    id uuid not null default gen_random_uuid(),
    name text not null check (name <> ''),
    sha256 char(64) not null check (sha256 ~ '^[0-9a-f]{64}$'),
    kind text not null check (kind in ('pdf', 'docx', 'markdown', 'text')),
    language text not null,
    bytes integer not null check (bytes > 0),
    page_count integer not null check (page_count > 0),
    contract text,
    status text not null default 'read' check (status in ('read', 'reviewed', 'superseded')),
    content bytea not null,
    body text not null,
    pages jsonb not null,
    warnings jsonb not null default '[]',
    uploaded_by text not null,
    uploaded_at timestamptz not null default now(),
    primary key (tenant, id),
    unique (tenant, sha256)
);
create index document_contract on document (tenant, contract);

create table document_clause (
    tenant text not null,
    document uuid not null,
    position integer not null,
    number text not null default '',
    title text not null default '',
    page integer not null,
    start_at integer not null,
    end_at integer not null,
    body text not null,
    -- 'simple' beside 'english', so that names and codes are found as they are written
    words tsvector generated always as (
        setweight(to_tsvector('english', left(title, 400)), 'A') || to_tsvector('english', left(body, 20000))
        || to_tsvector('simple', left(body, 20000))) stored,
    primary key (tenant, document, position),
    foreign key (tenant, document) references document on delete cascade
);
create index document_clause_words on document_clause using gin (words);

create table document_term (
    tenant text not null,
    id uuid not null default gen_random_uuid(),
    document uuid not null,
    position integer not null,
    field text not null,
    value jsonb not null,
    confidence real not null check (confidence between 0 and 1),
    method text not null check (method in ('rules', 'model', 'human')),
    status text not null check (status in ('proposed', 'conflict')),
    alternatives jsonb not null default '[]',
    evidence jsonb not null default '[]',
    primary key (tenant, id),
    foreign key (tenant, document) references document on delete cascade
);
create index document_term_document on document_term (tenant, document, position);

create table term_decision (
    tenant text not null,
    id bigint generated always as identity,
    term uuid not null,
    verdict text not null check (verdict in ('confirm', 'correct', 'reject')),
    value jsonb check ((verdict = 'correct') = (value is not null)),
    reason text not null default '',
    person text not null,
    decided_at timestamptz not null default now(),
    primary key (tenant, id),
    foreign key (tenant, term) references document_term
);
create index term_decision_term on term_decision (tenant, term, id desc);

-- A term as it stands: the newest verdict of a person over what was read.
create view term_in_force with (security_invoker = true) as
select t.tenant, t.id, t.document, t.position, t.field, t.value as read_value, t.confidence, t.alternatives, t.evidence,
    coalesce(d.value, t.value) as value,
    case when d.verdict = 'correct' then 'human' else t.method end as method,
    case d.verdict when 'confirm' then 'confirmed' when 'correct' then 'corrected' when 'reject' then 'rejected'
        else t.status end as status,
    d.person as decided_by, d.decided_at, coalesce(d.reason, '') as reason
from document_term t
left join lateral (
    select * from term_decision d where (d.tenant, d.term) = (t.tenant, t.id) order by d.id desc limit 1) d on true;

select isolate_tenant('document');
select isolate_tenant('document_clause');
select isolate_tenant('document_term');
select isolate_tenant('term_decision');
grant select, insert on document, document_clause, document_term, term_decision to countersign_app;
grant update (contract, status) on document to countersign_app;
grant select on term_in_force to countersign_app;
