-- What people corrected, with the meaning of the words that it stood in: shown beside similar words later, never applied.
create table term_precedent (
    tenant text not null,
    id bigint generated always as identity,
    term uuid not null,
    document uuid not null,
    field text not null,
    before jsonb not null,
    after jsonb not null,
    said text not null check (length(said) <= 1200), -- the words around the quote
    embedding vector(384) not null,
    person text not null,
    corrected_at timestamptz not null default now(),
    primary key (tenant, id),
    foreign key (tenant, term) references document_term on delete cascade,
    foreign key (tenant, document) references document on delete cascade
);
create index term_precedent_near on term_precedent using hnsw (embedding vector_cosine_ops);
create index term_precedent_field on term_precedent (tenant, field);
create index term_precedent_term on term_precedent (tenant, term, id desc);

select isolate_tenant('term_precedent');
grant select, insert on term_precedent to countersign_app;
