-- Rules that people agreed to bill in spite of: one project, one rule, until a day. Made and ended by approved actions.
create table waiver (
    tenant text not null references tenant,
    id uuid not null, -- the action that made it
    project text not null check (length(project) between 1 and 200), -- its id in the ERP
    rule text not null check (length(rule) between 1 and 80),
    until date not null,
    reason text not null check (btrim(reason) <> ''),
    amount numeric(18, 4) not null check (amount >= 0), -- what the rule held back when it was proposed
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    made_at timestamptz not null default clock_timestamp(),
    ended_by uuid, -- the action that ended it
    ended_at timestamptz check ((ended_at is null) = (ended_by is null)),
    primary key (tenant, id),
    foreign key (tenant, id) references action,
    foreign key (tenant, ended_by) references action
);
create index waiver_project on waiver (tenant, project, rule, made_at desc);
create index waiver_ended_by on waiver (tenant, ended_by) where ended_by is not null;
select isolate_tenant('waiver');
grant select on waiver to countersign_app;
grant insert (tenant, id, project, rule, until, reason, amount, currency) on waiver to countersign_worker;
grant update (ended_by, ended_at) on waiver to countersign_worker;

-- A waiver says what the action that people approved says, while that action is being carried out; it is ended once.
create function guard_waiver() returns trigger language plpgsql as $$
declare
    wanted jsonb;
begin
    if tg_op = 'DELETE' then
        raise exception 'waivers are kept' using errcode = 'insufficient_privilege';
    end if;
    select a.intent -> 'arguments' into wanted from action a
    where a.tenant = new.tenant and a.state = 'executing'
        and (a.id, a.type) = (case tg_op when 'INSERT' then new.id else new.ended_by end,
                              case tg_op when 'INSERT' then 'finding.waive' else 'finding.end_waiver' end);
    if tg_op = 'INSERT' and (wanted is null or new.ended_by is not null
            or (new.project, new.rule, new.until::text, new.reason, new.amount, new.currency)
            is distinct from (wanted ->> 'project_id', wanted ->> 'rule', wanted ->> 'until', wanted ->> 'reason',
                              (wanted ->> 'amount')::numeric, wanted ->> 'currency')) then
        raise exception 'no approved action says so' using errcode = 'check_violation';
    end if;
    if tg_op = 'UPDATE' and (wanted is null or old.ended_by is not null or wanted ->> 'waiver' <> old.id::text
            or (new.id, new.project, new.rule, new.until, new.reason, new.amount, new.currency, new.made_at)
            is distinct from (old.id, old.project, old.rule, old.until, old.reason, old.amount, old.currency, old.made_at)) then
        raise exception 'a waiver is ended once, by an approved action that names it' using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger guard_waiver before insert or update or delete on waiver for each row execute function guard_waiver();
create trigger guard_waivers before truncate on waiver for each statement execute function guard_waiver();
