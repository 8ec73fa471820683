-- What a document says it changes in another, as it was read, and a person's word on which document that is. A link
-- that nobody has confirmed is found anew whenever it is asked for, among the documents that are there then.
create table document_amendment (
    tenant text not null,
    document uuid not null,
    kind text not null,
    number text not null default '',
    effective date,
    refers jsonb not null default '[]',
    effects jsonb not null default '[]',
    primary key (tenant, document),
    foreign key (tenant, document) references document on delete cascade
);

create table document_link (
    tenant text not null,
    id bigint generated always as identity,
    document uuid not null,
    amends uuid check (amends <> document), -- none: it amends nothing that is kept here
    reason text not null default '',
    person text not null,
    linked_at timestamptz not null default now(),
    primary key (tenant, id),
    foreign key (tenant, document) references document on delete cascade,
    foreign key (tenant, amends) references document on delete cascade
);
create index document_link_newest on document_link (tenant, document, id desc);
create index document_link_amends on document_link (tenant, amends);

select isolate_tenant('document_amendment');
select isolate_tenant('document_link');
grant select, insert on document_amendment, document_link to countersign_app;
