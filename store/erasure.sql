-- Run by the schema's owner, all of it in one transaction (store/erasure.py).

-- name: begin
select set_config('app.tenant', %(tenant)s, true)

-- name: find
select id::text, name from person
where tenant = %(tenant)s and (id::text = %(wanted)s or email = lower(%(wanted)s))

-- name: announce
insert into audit_entry (tenant, person, event, subject)
values (%(tenant)s, 'installation', 'person.erased', 'person:' || %(person)s)
returning id, at, person, agent_run, on_behalf_of, event, subject, trace, facts::text

-- name: person
update person set name = %(erased)s, email = 'erased-' || id || '@erased.invalid', password_hash = '!',
       roles = '{}', approval_limit = null, active = false
where tenant = %(tenant)s and id::text = %(person)s

-- name: credentials
update credential set label = '', revoked_at = coalesce(revoked_at, now())
where tenant = %(tenant)s and person::text = %(person)s

-- name: proposals
update action set proposer_name = case when proposer = %(person)s then %(erased)s else proposer_name end,
       editor_name = case when editor = %(person)s then %(erased)s else editor_name end
where tenant = %(tenant)s and %(person)s in (proposer, editor)

-- name: problems
update action a set problem = %(erased)s
where a.tenant = %(tenant)s and a.problem <> '' and (a.state = 'withdrawn' and a.proposer = %(person)s
    or a.state = 'rejected' and exists (
        select from action_decision d where (d.tenant, d.action) = (a.tenant, a.id) and d.verdict = 'reject'
            and %(person)s in (d.person, d.on_behalf_of)))

-- name: allow_decisions
select set_config('countersign.losing', 'action_decision', true)

-- name: decisions
update action_decision set
       person_name = case when person = %(person)s then %(erased)s else person_name end,
       on_behalf_of_name = case when on_behalf_of = %(person)s then %(erased)s else on_behalf_of_name end,
       reason = case when reason <> '' and person = %(person)s then %(erased)s else reason end
where tenant = %(tenant)s and %(person)s in (person, on_behalf_of)

-- name: allow_notes
select set_config('countersign.losing', 'words', true)

-- name: notes
update action_note set person_name = %(erased)s, text = %(erased)s
where tenant = %(tenant)s and person = %(person)s

-- name: delegations
update delegation set
       delegator_name = case when delegator = %(person)s then %(erased)s else delegator_name end,
       delegate_name = case when delegate = %(person)s then %(erased)s else delegate_name end,
       reason = case when delegator = %(person)s then %(erased)s else reason end
where tenant = %(tenant)s and %(person)s in (delegator, delegate)

-- name: freezes
update execution_freeze set person_name = %(erased)s, reason = %(erased)s
where tenant = %(tenant)s and person = %(person)s

-- name: resolutions
update action_resolution set person_name = %(erased)s, reason = %(erased)s
where tenant = %(tenant)s and person = %(person)s

-- name: term_reasons
update term_decision set reason = %(erased)s
where tenant = %(tenant)s and person = %(person)s and reason <> ''

-- name: messages
update message m set text = '', blocks = '[]'
from thread t where (t.tenant, t.id) = (m.tenant, m.thread) and t.tenant = %(tenant)s and t.person = %(person)s

-- name: turns
update turn u set calls = '[]'
from thread t where (t.tenant, t.id) = (u.tenant, u.thread) and t.tenant = %(tenant)s and t.person = %(person)s

-- name: checkpoints
with gone as (
    select u.id::text as id from turn u join thread t on (t.tenant, t.id) = (u.tenant, u.thread)
    where t.tenant = %(tenant)s and t.person = %(person)s),
     writes as (delete from checkpoint_writes where thread_id in (select id from gone)),
     blobs as (delete from checkpoint_blobs where thread_id in (select id from gone))
delete from checkpoints where thread_id in (select id from gone)

-- name: threads
update thread set title = '' where tenant = %(tenant)s and person = %(person)s

-- name: allow_words
select set_config('countersign.losing', 'audit_text', true)

-- name: words
delete from audit_text t using audit_entry a
where (a.tenant, a.id) = (t.tenant, t.entry) and a.tenant = %(tenant)s and %(person)s in (a.person, a.on_behalf_of)
