-- name: record
insert into model_reading (tenant, document, model, state, reason, parts, parts_read, tokens_in, tokens_out, cost,
    outcomes, started_at)
values (%(tenant)s, %(document)s, %(model)s, %(state)s, %(reason)s, %(parts)s, %(parts_read)s, %(tokens_in)s,
    %(tokens_out)s, %(cost)s, %(outcomes)s, %(started_at)s)
on conflict (tenant, document) do nothing
returning document::text

-- name: of_document
select document::text, model, state, reason, parts, parts_read, tokens_in, tokens_out, cost, outcomes, started_at,
    finished_at
from model_reading where document = %(document)s

-- name: dispute
insert into term_dispute (tenant, term, value, evidence, model)
values (%(tenant)s, %(term)s, %(value)s, %(evidence)s, %(model)s)
