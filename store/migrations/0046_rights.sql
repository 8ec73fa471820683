-- Roles and limits change by an approved action alone: the application may no longer set them, the worker adds a row.
revoke update (roles, approval_limit) on person from countersign_app;

create table rights_change (
    tenant text not null references tenant,
    id uuid not null, -- the action that people approved
    person uuid not null,
    roles text[] not null,
    approval_limit numeric(18, 2),
    made_at timestamptz not null default clock_timestamp(),
    primary key (tenant, id),
    foreign key (tenant, id) references action,
    foreign key (tenant, person) references person
);
select isolate_tenant('rights_change');
grant select on rights_change to countersign_app;
grant insert (tenant, id, person, roles, approval_limit) on rights_change to countersign_worker;

-- A row says what the action says that is being carried out, and with it the person has these rights.
create function change_rights() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
    wanted jsonb;
begin
    if tg_op <> 'INSERT' then
        raise exception 'changes of rights are kept' using errcode = 'insufficient_privilege';
    end if;
    select a.intent -> 'arguments' into wanted from action a
    where a.tenant = new.tenant and a.id = new.id and a.state = 'executing' and a.type = 'person.set_rights';
    if wanted is null or new.person::text is distinct from wanted ->> 'person_id'
            or to_jsonb(new.roles) is distinct from wanted -> 'roles'
            or new.approval_limit is distinct from nullif(wanted ->> 'approval_limit', '')::numeric then
        raise exception 'no approved action says so' using errcode = 'check_violation';
    end if;
    update person set roles = new.roles, approval_limit = new.approval_limit
    where tenant = new.tenant and id = new.person;
    return new;
end $$;
create trigger change_rights before insert or update or delete on rights_change
    for each row execute function change_rights();
create trigger keep_rights_changes before truncate on rights_change for each statement execute function change_rights();
