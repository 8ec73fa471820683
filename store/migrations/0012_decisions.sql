-- What people say about a proposal, whom they let decide in their place, and what stops all execution at once.

-- Questions, answers and comments on a proposal: kept in order, never changed.
create table action_note (
    tenant text not null,
    id bigint generated always as identity,
    action uuid not null,
    kind text not null check (kind in ('question', 'answer', 'comment')),
    answers bigint check ((kind = 'answer') = (answers is not null)),
    text text not null check (btrim(text) <> '' and length(text) <= 2000),
    person text not null,
    person_name text not null,
    made_at timestamptz not null default clock_timestamp(),
    primary key (tenant, id),
    foreign key (tenant, action) references action,
    foreign key (tenant, answers) references action_note
);
create index action_note_action on action_note (tenant, action, id);
create index action_note_answers on action_note (tenant, answers) where answers is not null;
select isolate_tenant('action_note');
grant select on action_note to countersign_app;
grant insert (tenant, action, kind, answers, text, person, person_name) on action_note to countersign_app;

-- Whoever reads an action asks what became of it: by version, and by the reports that it rests on.
create index outside_fact_head on outside_fact (tenant, split_part(subject, '/', 1));

-- One person decides in another's place, for a time. No types: all of them; no limit: the delegator's own.
create table delegation (
    tenant text not null references tenant,
    id uuid not null default gen_random_uuid(),
    delegator text not null,
    delegator_name text not null,
    delegate text not null check (delegate <> delegator),
    delegate_name text not null,
    from_at timestamptz not null,
    until_at timestamptz not null check (until_at > from_at),
    types text[] not null default '{}',
    approval_limit numeric(18, 2) check (approval_limit >= 0),
    reason text not null check (btrim(reason) <> ''),
    made_at timestamptz not null default clock_timestamp(),
    ended_at timestamptz,
    ended_by text check ((ended_by is null) = (ended_at is null)),
    primary key (tenant, id)
);
create index delegation_delegate on delegation (tenant, delegate, until_at);
create index delegation_delegator on delegation (tenant, delegator, until_at);
select isolate_tenant('delegation');
grant select on delegation to countersign_app;
grant insert (tenant, delegator, delegator_name, delegate, delegate_name, from_at, until_at, types, approval_limit,
    reason) on delegation to countersign_app;
grant update (ended_at, ended_by) on delegation to countersign_app;

create function guard_delegation() returns trigger language plpgsql as $$
begin
    if old.ended_at is not null then
        raise exception 'this delegation has ended' using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger guard_delegation before update on delegation for each row execute function guard_delegation();

-- A decision in another's place needs that other's word, in force now and for this type of action.
create function guard_delegated_decision() returns trigger language plpgsql as $$
begin
    if new.on_behalf_of is not null and not exists (
        select from delegation g join action a on (a.tenant, a.id) = (new.tenant, new.action)
        where (g.tenant, g.delegator, g.delegate) = (new.tenant, new.on_behalf_of, new.person)
            and g.ended_at is null and clock_timestamp() between g.from_at and g.until_at
            and (g.types = '{}' or a.type = any(g.types))) then
        raise exception 'nobody let this person decide in their place' using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger guard_delegated before insert on action_decision
    for each row execute function guard_delegated_decision();

-- A freeze stops execution at its commit: of everything (no type), or of one type of action. A thaw names the action
-- that two people stood behind, and only the worker can write it.
create table execution_freeze (
    tenant text not null references tenant,
    id uuid not null default gen_random_uuid(),
    type text check (type <> ''),
    reason text not null check (btrim(reason) <> '' and length(reason) <= 2000),
    person text not null,
    person_name text not null,
    frozen_at timestamptz not null default clock_timestamp(),
    thaw uuid,
    thawed_at timestamptz check ((thawed_at is null) = (thaw is null)),
    primary key (tenant, id),
    unique (tenant, thaw),
    foreign key (tenant, thaw) references action
);
create unique index freeze_in_force on execution_freeze (tenant, coalesce(type, '')) where thawed_at is null;
select isolate_tenant('execution_freeze');
grant select on execution_freeze to countersign_app;
grant insert (tenant, type, reason, person, person_name) on execution_freeze to countersign_app;
grant update (thaw, thawed_at) on execution_freeze to countersign_worker;

-- Beginning an attempt and freezing exclude each other: whoever begins holds this lock shared until commit.
create function freeze_lock(wanted text) returns bigint language sql immutable as $$
    select hashtextextended('freeze:' || wanted, 0)
$$;

create function guard_freeze() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        perform pg_advisory_xact_lock(freeze_lock(new.tenant));
    elsif old.thawed_at is not null or not exists (
        select from action a where (a.tenant, a.id) = (new.tenant, new.thaw) and a.type = 'execution.thaw'
            and a.state = 'executing' and a.intent -> 'arguments' ->> 'freeze' = new.id::text) then
        raise exception 'a freeze ends once, by an approved thaw' using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger guard_freeze before insert or update on execution_freeze for each row execute function guard_freeze();

create function guard_execution() returns trigger language plpgsql as $$
begin
    if new.state = 'executing' and old.state <> 'executing' and new.type <> 'execution.thaw' then
        perform pg_advisory_xact_lock_shared(freeze_lock(new.tenant));
        if exists (select from execution_freeze f where f.tenant = new.tenant and f.thawed_at is null
                and coalesce(f.type, new.type) = new.type) then
            raise exception 'execution is frozen' using errcode = 'check_violation';
        end if;
    end if;
    -- What was proposed anew lives on in its successor: tried again here, it could be written twice.
    if new.state = 'approved' and old.state = 'failed'
        and exists (select from action n where (n.tenant, n.previous) = (new.tenant, new.id)) then
        raise exception 'a newer version replaced this action' using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger guard_execution before update on action for each row execute function guard_execution();

-- Signing in: guesses are counted by person and address together, so that a stranger's guesses do not shut the person
-- out; from where they signed in before, the count of all guesses at a person does not stop them.
create table signin_known (
    tenant text not null default '' check (tenant = ''),
    key bytea primary key check (length(key) = 32),
    last timestamptz not null default now()
);
select isolate_tenant('signin_known');

create function signin_known(wanted bytea) returns boolean
language sql security definer set search_path = public, pg_temp as $$
    select exists (select from signin_known k where k.key = wanted and k.last > now() - interval '90 days')
$$;

drop function signin_succeeded(bytea, bytea);
create function signin_succeeded(pair bytea, person bytea, address bytea) returns void
language sql security definer set search_path = public, pg_temp as $$
    insert into signin_known as k (key) values (pair) on conflict (key) do update set last = now();
    delete from signin_attempt where key = pair;
    update signin_attempt set tries = greatest(tries - 1, 0) where key in (person, address);
    delete from signin_attempt where since < now() - interval '1 day';
    delete from signin_known where last < now() - interval '90 days';
$$;

revoke all on function signin_known(bytea), signin_succeeded(bytea, bytea, bytea) from public;
grant execute on function signin_known(bytea), signin_succeeded(bytea, bytea, bytea) to countersign_app;
