-- Actions and the decisions on them. What was proposed and what was decided never changes; only an action's state does,
-- along the arrows below, and only countersigned. The application checks all of this too; here it cannot forget to.
create table action (
    tenant text not null references tenant,
    id uuid not null default gen_random_uuid(),
    type text not null,
    state text not null,
    intent jsonb not null,
    arguments_digest text not null check (arguments_digest ~ '^[0-9a-f]{64}$'),
    digest text not null check (digest ~ '^[0-9a-f]{64}$'),
    before jsonb not null,
    changes jsonb not null,
    verdict jsonb not null,
    proposer text not null,
    proposer_name text not null,
    agent_run text,
    created_at timestamptz not null,
    expires_at timestamptz not null check (expires_at > created_at),
    updated_at timestamptz not null default now(),
    attempt int not null default 0,
    attempted_at timestamptz,
    after jsonb,
    record jsonb,
    problem text not null default '',
    primary key (tenant, id)
);
create index action_by_state on action (tenant, state, created_at desc);
create index action_by_thread on action (tenant, (intent ->> 'thread')) where intent ->> 'thread' is not null;

-- The same thing cannot be under way twice.
create unique index action_open on action (tenant, type, arguments_digest)
    where state in ('awaiting_approval', 'approved', 'executing', 'executed', 'unknown');

create table action_decision (
    tenant text not null,
    id uuid not null default gen_random_uuid(),
    action uuid not null,
    person text not null,
    person_name text not null,
    verdict text not null check (verdict in ('approve', 'reject')),
    reason text not null default '' check (verdict = 'approve' or btrim(reason) <> ''),
    digest text not null,
    step int not null check (step >= 0),
    decided_at timestamptz not null default now(),
    primary key (tenant, id),
    unique (tenant, action, person),
    foreign key (tenant, action) references action
);

select isolate_tenant('action');
select isolate_tenant('action_decision');
grant select, insert on action to countersign_app;
grant update (state, updated_at, attempt, attempted_at, after, record, problem) on action to countersign_app;
grant select, insert on action_decision to countersign_app;

create function guard_action() returns trigger language plpgsql as $$
declare
    earlier text := case when tg_op = 'INSERT' then '' else old.state end;
begin
    if tg_op = 'UPDATE' and (new.intent, new.type, new.digest, new.arguments_digest, new.before, new.changes,
            new.verdict, new.proposer, new.agent_run, new.created_at, new.expires_at, new.tenant, new.id)
        is distinct from (old.intent, old.type, old.digest, old.arguments_digest, old.before, old.changes,
            old.verdict, old.proposer, old.agent_run, old.created_at, old.expires_at, old.tenant, old.id) then
        raise exception 'what was proposed cannot be changed' using errcode = 'check_violation';
    end if;
    if new.state <> earlier and (earlier, new.state) not in (
        ('', 'denied'), ('', 'awaiting_approval'),
        ('awaiting_approval', 'approved'), ('awaiting_approval', 'rejected'), ('awaiting_approval', 'withdrawn'),
        ('awaiting_approval', 'expired'), ('awaiting_approval', 'superseded'),
        ('approved', 'executing'), ('approved', 'withdrawn'), ('approved', 'stale'), ('approved', 'denied'),
        ('approved', 'failed'), ('approved', 'superseded'),
        ('executing', 'executed'), ('executing', 'failed'), ('executing', 'stale'), ('executing', 'unknown'),
        ('executing', 'approved'), -- an attempt that is known not to have taken effect is tried again
        ('unknown', 'executed'), ('unknown', 'failed'),
        ('executed', 'verified'), ('executed', 'diverged'),
        ('diverged', 'compensated'), ('verified', 'compensated')) then
        raise exception 'an action cannot become % from %', new.state, earlier using errcode = 'check_violation';
    end if;
    if new.state <> earlier and new.state in ('approved', 'executing') and not exists (
        select from action_decision d where (d.tenant, d.action, d.digest) = (new.tenant, new.id, new.digest)
            and d.verdict = 'approve' and d.person <> new.proposer) then
        raise exception 'nobody but the proposer approved this action' using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger guard_action before insert or update on action for each row execute function guard_action();

create function guard_decision() returns trigger language plpgsql as $$
declare
    wanted action;
begin
    select * into wanted from action a where (a.tenant, a.id) = (new.tenant, new.action) for update;
    if wanted.state is distinct from 'awaiting_approval' then
        raise exception 'this action waits for no decision' using errcode = 'check_violation';
    end if;
    if new.digest <> wanted.digest then
        raise exception 'the decision is on another digest' using errcode = 'check_violation';
    end if;
    if new.person = wanted.proposer then
        raise exception 'a proposer cannot decide' using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger guard_decision before insert on action_decision for each row execute function guard_decision();

create function refuse_decision_change() returns trigger language plpgsql as $$
begin
    raise exception 'decisions are final' using errcode = 'insufficient_privilege';
end $$;
create trigger final before update or delete on action_decision
    for each row execute function refuse_decision_change();
