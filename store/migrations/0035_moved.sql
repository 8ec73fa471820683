-- What lists and trends need of a former answer, beside it: taking it out of the whole answer each time is slow.
alter table readiness_past
    add column customer text generated always as (body ->> 'customer') stored,
    add column practice text generated always as (body ->> 'practice') stored,
    add column region text generated always as (body ->> 'region') stored,
    add column currency text generated always as (body -> 'blocked' ->> 'currency') stored,
    add column ready numeric generated always as ((body -> 'ready' ->> 'amount')::numeric) stored,
    add column blocked numeric generated always as ((body -> 'blocked' ->> 'amount')::numeric) stored;
