-- What rules need of billed time is sums: the columns of which PostgreSQL makes them, beside the record they are part of.
alter table mirror_record
    add column task text,
    add column employee text,
    add column day date,
    add column hours numeric,
    add column billable boolean,
    add column billed boolean,
    add column rate numeric,
    add column currency text;
update mirror_record set
    task = body ->> 'task_id',
    employee = body ->> 'employee_id',
    day = (body ->> 'date')::date,
    hours = (body ->> 'hours')::numeric,
    billable = (body ->> 'billable')::boolean,
    billed = body ->> 'invoice_line_id' is not null,
    rate = (body #>> '{price,amount}')::numeric,
    currency = body #>> '{price,currency}'
where kind = 'time';
