-- An edited proposal is a new action that names the one before it; the worker is a database role of its own.
-- What waited under the earlier form of digest is closed: nobody could be shown what they would sign.
update action set state = 'expired', problem = 'Countersign was updated; propose it again.', updated_at = now()
where state = 'awaiting_approval';
update action set state = 'superseded', problem = 'Countersign was updated; propose it again.', updated_at = now()
where state = 'approved';

alter table action
    add column version int not null default 1 check (version > 0),
    add column previous uuid,
    add column editor text,
    add column editor_name text not null default '',
    add column compensates uuid,
    add column touched text[] not null default '{}',
    add column reminded_at timestamptz,
    add column escalated_at timestamptz,
    add foreign key (tenant, previous) references action,
    add foreign key (tenant, compensates) references action,
    add unique (tenant, previous),
    add check ((version = 1) = (previous is null));
create index action_compensating on action (tenant, compensates) where compensates is not null;

alter table action_decision
    add column on_behalf_of text check (on_behalf_of <> person),
    add column on_behalf_of_name text not null default '';

-- Only the worker's role can say that something was written; the API's can neither begin an attempt nor end one.
revoke update (attempt, attempted_at, after, record) on action from countersign_app;
grant update (attempt, attempted_at, after, record) on action to countersign_worker;
grant update (reminded_at, escalated_at) on action to countersign_app;
revoke insert on audit_leaf, audit_checkpoint from countersign_app;
grant insert on audit_leaf, audit_checkpoint to countersign_worker;

create or replace function guard_action() returns trigger language plpgsql as $$
declare
    earlier text := case when tg_op = 'INSERT' then '' else old.state end;
begin
    if tg_op = 'UPDATE' and (new.intent, new.type, new.digest, new.arguments_digest, new.before, new.changes,
            new.verdict, new.proposer, new.agent_run, new.created_at, new.expires_at, new.tenant, new.id,
            new.version, new.previous, new.editor, new.compensates, new.touched)
        is distinct from (old.intent, old.type, old.digest, old.arguments_digest, old.before, old.changes,
            old.verdict, old.proposer, old.agent_run, old.created_at, old.expires_at, old.tenant, old.id,
            old.version, old.previous, old.editor, old.compensates, old.touched) then
        raise exception 'what was proposed cannot be changed' using errcode = 'check_violation';
    end if;
    if new.state <> earlier and (earlier, new.state) not in (
        ('', 'denied'), ('', 'awaiting_approval'),
        ('awaiting_approval', 'approved'), ('awaiting_approval', 'rejected'), ('awaiting_approval', 'withdrawn'),
        ('awaiting_approval', 'expired'), ('awaiting_approval', 'superseded'), ('awaiting_approval', 'denied'),
        ('approved', 'executing'), ('approved', 'withdrawn'), ('approved', 'stale'), ('approved', 'denied'),
        ('approved', 'failed'), ('approved', 'superseded'),
        ('stale', 'superseded'),
        ('executing', 'executed'), ('executing', 'failed'), ('executing', 'stale'), ('executing', 'unknown'),
        ('executing', 'approved'), -- an attempt that is known not to have taken effect is tried again
        ('unknown', 'executed'), ('unknown', 'failed'), -- a person looked into the ERP
        ('failed', 'approved'), -- a person has it tried again
        ('executed', 'verified'), ('executed', 'diverged'),
        ('diverged', 'compensated'), ('verified', 'compensated')) then
        raise exception 'an action cannot become % from %', new.state, earlier using errcode = 'check_violation';
    end if;
    if new.state <> earlier and not pg_has_role(current_user, 'countersign_worker', 'usage')
        and (new.state in ('executing', 'executed', 'verified', 'diverged', 'unknown', 'stale', 'compensated')
            or earlier = 'executing') then
        raise exception 'only the worker can make an action %', new.state using errcode = 'insufficient_privilege';
    end if;
    -- Whoever proposed it, edited it, or changed what it rests on may be among those who approve, but not alone.
    if new.state <> earlier and new.state in ('approved', 'executing') and not exists (
        select from action_decision d where (d.tenant, d.action, d.digest) = (new.tenant, new.id, new.digest)
            and d.verdict = 'approve'
            and not array[d.person, d.on_behalf_of] && (array[new.proposer, new.editor] || new.touched)) then
        raise exception 'nobody independent of the proposal approved this action' using errcode = 'check_violation';
    end if;
    return new;
end $$;

create or replace function guard_decision() returns trigger language plpgsql as $$
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
    if wanted.proposer in (new.person, new.on_behalf_of) then
        raise exception 'a proposer cannot decide' using errcode = 'check_violation';
    end if;
    if exists (select from action_decision d where (d.tenant, d.action) = (new.tenant, new.action)
            and array[d.person, d.on_behalf_of] && array[new.person, new.on_behalf_of]) then
        raise exception 'nobody decides twice, not through another either' using errcode = 'check_violation';
    end if;
    return new;
end $$;
