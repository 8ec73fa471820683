-- What of an answer is asked over all projects at once, beside the answer: what stands in the way, and the time on no
-- invoice by day. Without it every question would read every answer whole. Filled when everyone is judged next.
alter table readiness
    add column open jsonb not null default '[]',
    add column work jsonb not null default '[]';
insert into readiness_due (tenant, project) select id, '*' from tenant on conflict do nothing;
