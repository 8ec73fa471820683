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

-- Down to their leaf hashes: entries before `wanted`, once an entry that says so has been sealed itself. A bundle of the
-- standard goes as a whole, so the bound is a multiple of 256.
create function prune_audit(wanted bigint, batch bigint) returns bigint
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    ours text := current_setting('app.tenant');
    first bigint;
    pruned bigint;
begin
    if wanted % 256 <> 0 or not exists (
        select from audit_entry a join audit_leaf l on (l.tenant, l.entry) = (a.tenant, a.id)
        where a.tenant = ours and a.event = 'audit.pruned' and a.facts ->> 'before' = wanted::text and l.index >= wanted)
    then
        raise exception 'nothing in the sealed log announces this' using errcode = 'check_violation';
    end if;
    select l.index into first from audit_leaf l join audit_entry a on (a.tenant, a.id) = (l.tenant, l.entry)
    where l.tenant = ours and l.index < wanted order by l.index limit 1;
    perform set_config('countersign.losing', 'audit_text', true);
    delete from audit_text t using audit_leaf l
    where t.tenant = ours and (l.tenant, l.entry) = (t.tenant, t.entry) and l.index < least(wanted, first + batch);
    perform set_config('countersign.losing', 'audit_entry', true);
    delete from audit_entry a using audit_leaf l
    where a.tenant = ours and (l.tenant, l.entry) = (a.tenant, a.id) and l.index < least(wanted, first + batch);
    get diagnostics pruned = row_count;
    perform set_config('countersign.losing', '', true);
    return pruned;
end $$;
revoke all on function prune_audit(bigint, bigint) from public;
grant execute on function prune_audit(bigint, bigint) to countersign_worker;

-- A person's name and words can leave a decision; whose it was, what it said and on which digest cannot.
create or replace function refuse_decision_change() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and current_setting('countersign.losing', true) = 'action_decision'
        and to_jsonb(new) - array['person_name', 'on_behalf_of_name', 'reason']
            = to_jsonb(old) - array['person_name', 'on_behalf_of_name', 'reason'] then
        return new;
    end if;
    raise exception 'decisions are final' using errcode = 'insufficient_privilege';
end $$;

-- The tenant of an entry is that of the transaction (row security), which is one that exists. Asking for the tenant's
-- row again with every entry made all writers queue for that row's lock.
alter table audit_entry drop constraint audit_entry_tenant_fkey;
alter table audit_leaf drop constraint audit_leaf_tenant_fkey;
