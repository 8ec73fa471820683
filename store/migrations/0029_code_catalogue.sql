-- The firm's project codes as candidates are looked up: by record, by spelling and by meaning. A copy of what the ERP
-- says, brought up to date before it is asked; it can be emptied at any time.
create table code_catalogue (
    tenant text not null default current_setting('app.tenant', true) references tenant,
    project text not null, -- the ERP's id
    code text not null check (code <> ''),
    name text not null,
    customer text, -- the ERP's id
    practice text,
    region text,
    status text not null,
    open boolean not null, -- false: closed, and never a candidate by nearness
    opened date,
    billing text[] not null default '{}',
    currency text,
    refs text[] not null default '{}',  -- what its contracts carry: their numbers, purchase orders, SOW numbers
    own_numbers text[] not null default '{}', -- of these, the numbers of statements of work
    files text[] not null default '{}', -- attached to its contracts
    digest text not null, -- of all of the above: what changed is embedded again
    spelling vector(256) not null, -- its name's character trigrams, hashed
    model text not null default '', -- what made `embedding`
    embedding vector(384), -- null until the name was embedded; found by spelling until then
    primary key (tenant, project)
);
create index code_catalogue_meaning on code_catalogue using hnsw (embedding vector_cosine_ops)
    with (m = 16, ef_construction = 100) where open;
create index code_catalogue_spelling on code_catalogue using hnsw (spelling vector_cosine_ops)
    with (m = 16, ef_construction = 100) where open;
create index code_catalogue_code on code_catalogue (tenant, code);
create index code_catalogue_refs on code_catalogue using gin (refs);
create index code_catalogue_files on code_catalogue using gin (files);
create index code_catalogue_customer on code_catalogue (tenant, customer);
select isolate_tenant('code_catalogue');
grant select, insert, update, delete on code_catalogue to countersign_app;

-- Which reading of the ERP the catalogue holds.
create table code_catalogue_state (
    tenant text primary key default current_setting('app.tenant', true) references tenant,
    read_at timestamptz not null
);
select isolate_tenant('code_catalogue_state');
grant select, insert, update on code_catalogue_state to countersign_app;

-- The same case (same work of the same customer) is known by its key; what a person chose for it binds the next proposal.
alter table code_precedent add column case_key text not null default '';
alter table code_precedent add column model text not null default 'all-MiniLM-L6-v2';
create index code_precedent_case on code_precedent (tenant, case_key, chosen_at desc) where case_key <> '';
grant insert (case_key, model) on code_precedent to countersign_app;
create index code_precedent_customer on code_precedent (tenant, customer);
