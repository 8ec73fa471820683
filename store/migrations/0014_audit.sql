-- What an entry also says: the request or job it was written in, and on whose behalf. Absent, it is not part of the
-- leaf, so that what was sealed before still verifies.
alter table audit_entry
    add column trace text check (trace ~ '^[0-9a-f]{32}$'),
    add column on_behalf_of text check (on_behalf_of <> '');
-- An entry must fit into a C2SP entry bundle, whose lengths have 16 bits. `facts` stand in it as a JSON string.
alter table audit_entry add constraint audit_entry_fits check (
    octet_length(to_json(facts::text)::text) + octet_length(to_json(subject)::text)
    + octet_length(to_json(person)::text) + octet_length(to_json(coalesce(on_behalf_of, ''))::text)
    + octet_length(event) + octet_length(coalesce(agent_run, '')) < 64000) not valid;
grant insert (trace, on_behalf_of) on audit_entry to countersign_app;

-- The free text of people: an entry holds only a salted commitment to it, so the text can be erased and the log stays
-- what was signed.
create table audit_text (
    tenant text not null,
    entry bigint not null,
    key text not null,
    salt bytea not null check (length(salt) = 16),
    text text not null,
    primary key (tenant, entry, key)
);
select isolate_tenant('audit_text');
grant select, insert on audit_text to countersign_app;

-- The tree above the leaves, one hash for every full tile (256 hashes of the level below), as C2SP tlog-tiles has it.
create table audit_node (
    tenant text not null,
    level smallint not null check (level between 1 and 7),
    index bigint not null check (index >= 0),
    hash bytea not null check (length(hash) = 32),
    primary key (tenant, level, index)
);
select isolate_tenant('audit_node');
grant select on audit_node to countersign_app;
grant insert on audit_node to countersign_worker;

-- The log loses something in two ways only, each an entry of its own before it happens: pruning of old entries down to
-- their leaf hashes, and erasure of a person's words. Both run as functions of the owner, which say so here.
create function refuse_loss() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' and current_setting('countersign.losing', true) = tg_table_name then
        return old;
    end if;
    raise exception 'the audit log is append-only' using errcode = 'insufficient_privilege';
end $$;
drop trigger append_only on audit_entry;
create trigger append_only before update or delete on audit_entry for each row execute function refuse_loss();
create trigger append_only before update or delete on audit_text for each row execute function refuse_loss();
create trigger append_only_whole before truncate on audit_text for each statement execute function refuse_change();
create trigger append_only before update or delete on audit_node for each row execute function refuse_change();
create trigger append_only_whole before truncate on audit_node for each statement execute function refuse_change();
