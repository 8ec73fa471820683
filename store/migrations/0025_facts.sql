-- More kinds of report; and, of each subject, the newest of each system: several may report, and not agree.
alter table outside_fact drop constraint outside_fact_kind_check;
alter table outside_fact add constraint outside_fact_kind_check check (kind in (
    'timesheet', 'milestone', 'purchase_order', 'billing_hold', 'change_request', 'delivery', 'opportunity', 'budget',
    'part_cap', 'assignment', 'expense', 'retainer', 'credit', 'tax_setup', 'e_invoicing', 'accounting'));
create index outside_fact_newest_of_system on outside_fact (tenant, kind, subject, system, reported_at desc, id desc);
drop index outside_fact_newest;
