-- Which project code a person chose for which kind of work: the precedents of the next proposal.
create table code_precedent (
    tenant text not null references tenant,
    id uuid not null default gen_random_uuid(),
    code text not null check (code <> ''),
    kind text not null check (kind in ('existing', 'new')),
    document text,
    customer text not null default '',
    practice text,
    region text,
    billing text[] not null default '{}',
    subject text not null check (length(subject) <= 2000),
    embedding vector(384) not null,
    chosen_by text not null,
    chosen_at timestamptz not null default now(),
    primary key (tenant, id)
);
create index code_precedent_near on code_precedent using hnsw (embedding vector_cosine_ops);
create index code_precedent_document on code_precedent (tenant, document, chosen_at desc);

select isolate_tenant('code_precedent');
grant select on code_precedent to countersign_app;
grant insert (tenant, code, kind, document, customer, practice, region, billing, subject, embedding, chosen_by)
    on code_precedent to countersign_app;
