-- The audit log: every entry is written in the transaction of what it tells of, and none is ever changed.
create table audit_entry (
    tenant text not null references tenant,
    id bigint generated always as identity,
    at timestamptz not null default clock_timestamp(),
    transaction xid8 not null default pg_current_xact_id(),
    person text not null,
    agent_run text,
    event text not null check (event ~ '^[a-z_]+(\.[a-z_]+)+$'),
    subject text not null,
    facts jsonb not null default '{}' check (pg_column_size(facts) < 60000),
    primary key (tenant, id)
);
create index audit_entry_subject on audit_entry (tenant, subject, id);

select isolate_tenant('audit_entry');
grant select on audit_entry to countersign_app;
grant insert (tenant, person, agent_run, event, subject, facts) on audit_entry to countersign_app;

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'the audit log is append-only' using errcode = 'insufficient_privilege';
end $$;
create trigger append_only before update or delete on audit_entry for each row execute function refuse_change();
create trigger append_only_whole before truncate on audit_entry for each statement execute function refuse_change();
