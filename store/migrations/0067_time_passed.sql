-- How long time took to be billed, added up by project and month of the work, so that the page about it reads sums and
-- not every entry. Days are as of when the project was last judged, which is today before anyone is answered.
create table time_passed (
    tenant text not null references tenant,
    project text not null,
    month text not null,              -- of the work, "2026-10"
    billed_hours numeric not null,
    billed_cycle numeric not null,    -- here and below: days times hours
    billed_approval numeric not null,
    billed_invoicing numeric not null,
    open_hours numeric not null,
    open_cycle numeric not null,
    open_approval numeric not null,
    open_draft numeric not null,
    open_waiting numeric not null,    -- held back or ready: the project's answer tells which
    oldest text,                      -- the open entry that has waited longest
    oldest_days integer,
    primary key (tenant, project, month),
    check ((oldest is null) = (oldest_days is null))
);
-- Whose sums may have changed since: whoever was judged anew.
create table time_passed_due (
    tenant text not null references tenant,
    project text not null,
    primary key (tenant, project)
);
select isolate_tenant('time_passed');
select isolate_tenant('time_passed_due');
grant select, insert, update, delete on time_passed, time_passed_due to countersign_app;
insert into time_passed_due (tenant, project) select tenant, id from mirror_record where kind = 'project';
