-- What of the ready amount a failed warning speaks against: it can be billed, and may be disputed. Filled when everyone
-- is judged next.
alter table readiness add column at_risk numeric not null default 0 check (at_risk >= 0);
insert into readiness_due (tenant, project) select id, '*' from tenant on conflict do nothing;
