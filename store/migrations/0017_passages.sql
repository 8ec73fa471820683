-- A document's text in pieces of a sentence or two, each with its meaning: what questions are answered from. They are made
-- when a document is asked about for the first time; the text itself stays in the document.
create table clause_passage (
    tenant text not null,
    document uuid not null,
    position integer not null,
    clause integer not null,
    page integer not null,
    start_at integer not null check (start_at >= 0),
    end_at integer not null check (end_at > start_at),
    embedding vector(384) not null,
    primary key (tenant, document, position),
    foreign key (tenant, document, clause) references document_clause on delete cascade
);
create index clause_passage_near on clause_passage using hnsw (embedding vector_cosine_ops);

select isolate_tenant('clause_passage');
grant select, insert on clause_passage to countersign_app;
