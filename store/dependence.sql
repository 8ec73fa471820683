-- Who had a hand in what a proposal rests on: the documents it quotes, and what other systems are said to report.

-- name: touched
with paper as (select id, contract, uploaded_by from document where id = any(%(documents)s::uuid[])),
    subject as (select unnest(%(subjects)s::text[]) as name union select contract from paper where contract is not null)
select uploaded_by as person from paper
union
select d.person from paper p
join document_term t on t.document = p.id
join term_decision d on d.term = t.id
union
select l.person from paper p
join document_link l on l.document = p.id or l.target = p.id
union
select f.recorded_by from (
    -- The newest of each system: which system is believed is the firm's policy, and that may change.
    select distinct on (kind, subject, system) recorded_by from outside_fact
    where split_part(subject, '/', 1) in (select name from subject)
    order by kind, subject, system, reported_at desc, id desc) f
union
select %(subject)s::text where %(subject)s::text is not null
order by person

-- name: confirmed
select t.field, t.value, t.document::text, e ->> 'quote' as quote
from term_in_force t, jsonb_array_elements(t.evidence) e
where t.document = any(%(documents)s::uuid[]) and t.status in ('confirmed', 'corrected')
