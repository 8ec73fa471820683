-- Attempts to write an action to its ERP, each noted before the ERP is called; what people said of actions that could
-- not be settled; and the circuit of each ERP, which all workers share.
create table execution_attempt (
    tenant text not null,
    action uuid not null,
    attempt int not null check (attempt > 0),
    worker text not null,
    begun timestamptz not null default clock_timestamp(),
    lease_until timestamptz not null check (lease_until > begun), -- the ERP begins nothing of this attempt later
    ended timestamptz,
    outcome text check (outcome in ('written', 'stale', 'refused', 'not_sent', 'closed', 'no_answer',
                                    'found', 'nothing')),
    detail text not null default '',
    primary key (tenant, action, attempt),
    foreign key (tenant, action) references action,
    check ((ended is null) = (outcome is null))
);

-- What was being carried out when this was installed; from here on an attempt's own row says when it began.
insert into execution_attempt (tenant, action, attempt, worker, begun, lease_until)
select tenant, id, attempt, 'an earlier version', attempted_at, attempted_at + interval '1 minute'
from action where state = 'executing' and attempted_at is not null;
alter table action drop column attempted_at;

-- The last word of a person on an action that waits for one. It never changes an action by itself, except that a
-- failed one is approved again; what it leads to, the worker finds out from the ERP.
create table action_resolution (
    tenant text not null,
    id uuid not null default gen_random_uuid(),
    action uuid not null,
    attempt int not null,
    state text not null,
    verdict text not null,
    person text not null,
    person_name text not null,
    reason text not null check (btrim(reason) <> ''),
    at timestamptz not null default now(),
    primary key (tenant, id),
    unique (tenant, action, attempt, state),
    foreign key (tenant, action) references action,
    check ((state, verdict) in (('unknown', 'took_effect'), ('unknown', 'did_not'), ('diverged', 'accepted'),
                                ('failed', 'replayed'), ('failed', 'accepted')))
);

create table erp_circuit (
    tenant text not null references tenant,
    system text not null,
    state text not null default 'closed' check (state in ('closed', 'open', 'half_open')),
    failures int not null default 0 check (failures >= 0), -- in a row
    openings int not null default 0 check (openings >= 0), -- in a row
    retry_at timestamptz,
    changed_at timestamptz not null default now(),
    primary key (tenant, system),
    check (state = 'closed' or retry_at is not null)
);

select isolate_tenant('execution_attempt');
select isolate_tenant('action_resolution');
select isolate_tenant('erp_circuit');
grant select on execution_attempt, action_resolution, erp_circuit to countersign_app;
grant insert on action_resolution to countersign_app;
grant insert on execution_attempt to countersign_worker;
grant update (ended, outcome, detail) on execution_attempt to countersign_worker;
grant insert, update on erp_circuit to countersign_worker;

-- An attempt belongs to an action that is being carried out, and what ended it is said once; only what ended without
-- an answer is said again, when the ERP has told.
create function guard_attempt() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        raise exception 'attempts are kept' using errcode = 'insufficient_privilege';
    end if;
    if tg_op = 'INSERT' and (new.outcome is not null or not exists (select from action a
            where (a.tenant, a.id, a.state, a.attempt) = (new.tenant, new.action, 'executing', new.attempt))) then
        raise exception 'no such attempt was begun' using errcode = 'check_violation';
    end if;
    if tg_op = 'UPDATE' and ((new.tenant, new.action, new.attempt, new.worker, new.begun, new.lease_until)
            is distinct from (old.tenant, old.action, old.attempt, old.worker, old.begun, old.lease_until)
            or new.outcome is null
            or old.outcome is not null
                and (old.outcome not in ('no_answer', 'closed') or new.outcome not in ('found', 'nothing'))) then
        raise exception 'what ended an attempt is said once' using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger guard_attempt before insert or update or delete on execution_attempt
    for each row execute function guard_attempt();

create function guard_resolution() returns trigger language plpgsql as $$
declare
    wanted action;
begin
    if tg_op <> 'INSERT' then
        raise exception 'resolutions are final' using errcode = 'insufficient_privilege';
    end if;
    select * into wanted from action a where (a.tenant, a.id) = (new.tenant, new.action) for update;
    if (wanted.state, wanted.attempt) is distinct from (new.state, new.attempt) then
        raise exception 'the action is not in that state' using errcode = 'check_violation';
    end if;
    if new.person = wanted.proposer then
        raise exception 'a proposer cannot settle their own action' using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger guard_resolution before insert or update or delete on action_resolution
    for each row execute function guard_resolution();
