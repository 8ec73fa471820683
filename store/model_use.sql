-- name: alone
select pg_advisory_xact_lock(hashtextextended('model_use:' || %(tenant)s, 0))

-- name: reserve
insert into model_use (tenant, turn, person, model, asked, reserved_tokens, reserved_cost)
values (%(tenant)s, %(turn)s::uuid, %(person)s, %(model)s, 1, %(tokens)s, %(cost)s)
on conflict (tenant, turn) do update
set asked = model_use.asked + 1, reserved_tokens = excluded.reserved_tokens, reserved_cost = excluded.reserved_cost,
    tokens_in = model_use.tokens_in + %(took_in)s, tokens_out = model_use.tokens_out + %(took_out)s,
    cost = model_use.cost + %(took_cost)s

-- name: settle
update model_use set reserved_tokens = 0, reserved_cost = 0, tokens_in = tokens_in + %(took_in)s,
    tokens_out = tokens_out + %(took_out)s, cost = cost + %(took_cost)s
where turn = %(turn)s::uuid

-- name: counted
select coalesce(sum(u.tokens) filter (where u.turn = %(turn)s::uuid), 0)::bigint as turn_tokens,
    coalesce(sum(u.tokens) filter (where u.person = %(person)s), 0)::bigint as person_tokens,
    coalesce(sum(u.tokens), 0)::bigint as tenant_tokens,
    coalesce(sum(u.money) filter (where u.turn = %(turn)s::uuid), 0) as turn_cost,
    coalesce(sum(u.money) filter (where u.person = %(person)s), 0) as person_cost,
    coalesce(sum(u.money), 0) as tenant_cost
from (
    select turn, person, tokens_in + tokens_out + reserved_tokens as tokens, cost + reserved_cost as money
    from model_use where tenant = %(tenant)s and day = (now() at time zone 'UTC')::date) u
