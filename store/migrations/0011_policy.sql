-- Sums over a window of an action type, for cumulative thresholds; and each firm's own policy, version by version.
create index action_by_type on action (tenant, type, created_at desc);

create table policy_version (
    tenant text not null references tenant,
    version int not null check (version > 0), -- 0 is what is shipped
    files jsonb not null,
    digest text not null check (digest ~ '^[0-9a-f]{64}$'),
    action uuid not null,
    installed_at timestamptz not null default now(),
    primary key (tenant, version),
    unique (tenant, action),
    foreign key (tenant, action) references action
);
select isolate_tenant('policy_version');
grant select on policy_version to countersign_app;
grant insert on policy_version to countersign_worker;

-- A version is installed by the action that people approved, with the very files that they saw, and never again.
create function guard_policy_version() returns trigger language plpgsql as $$
begin
    if tg_op <> 'INSERT' then
        raise exception 'versions of policy are never changed' using errcode = 'insufficient_privilege';
    end if;
    if new.version <> 1 + coalesce((select max(v.version) from policy_version v where v.tenant = new.tenant), 0) then
        raise exception 'another version of policy came first' using errcode = 'check_violation';
    end if;
    if not exists (select from action a where (a.tenant, a.id) = (new.tenant, new.action) and a.type = 'policy.change'
            and a.state = 'executing' and a.intent -> 'arguments' -> 'files' = new.files) then
        raise exception 'no approved change of policy says so' using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger guard_policy_version before insert or update or delete on policy_version
    for each row execute function guard_policy_version();
create trigger guard_policy_versions before truncate on policy_version
    for each statement execute function guard_policy_version();
