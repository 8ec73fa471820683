-- A waiver makes its project's verdict due, a change of policy everyone's: thresholds and switches are part of it.
create function readiness_due_for_waiver() returns trigger language plpgsql as $$
begin
    insert into readiness_due (tenant, project) values (new.tenant, new.project) on conflict do nothing;
    return null;
end $$;
create trigger readiness_due after insert or update on waiver
    for each row execute function readiness_due_for_waiver();

create function readiness_due_for_policy() returns trigger language plpgsql as $$
begin
    insert into readiness_due (tenant, project) values (new.tenant, '*') on conflict do nothing;
    return null;
end $$;
create trigger readiness_due after insert on policy_version
    for each row execute function readiness_due_for_policy();
