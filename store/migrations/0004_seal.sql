-- The audit log's Merkle tree (RFC 6962) per tenant, and the signed checkpoints of it.
-- A leaf gives an entry its place once and for all; `horizon` is the first transaction that a checkpoint left out.
create table audit_leaf (
    tenant text not null references tenant,
    index bigint not null check (index >= 0),
    entry bigint not null,
    hash bytea not null check (length(hash) = 32),
    primary key (tenant, index),
    unique (tenant, entry)
);

create table audit_checkpoint (
    tenant text not null references tenant,
    size bigint not null check (size > 0),
    root bytea not null check (length(root) = 32),
    peaks bytea[] not null,
    horizon xid8 not null,
    note text not null,
    signed_at timestamptz not null default now(),
    primary key (tenant, size)
);

select isolate_tenant('audit_leaf');
select isolate_tenant('audit_checkpoint');
grant select, insert on audit_leaf, audit_checkpoint to countersign_app;

create trigger append_only before update or delete on audit_leaf for each row execute function refuse_change();
create trigger append_only_whole before truncate on audit_leaf for each statement execute function refuse_change();
create trigger append_only before update or delete on audit_checkpoint for each row execute function refuse_change();
create trigger append_only_whole before truncate on audit_checkpoint
    for each statement execute function refuse_change();
create index audit_entry_transaction on audit_entry (tenant, transaction);
