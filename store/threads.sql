-- name: create
insert into thread (tenant, person, title) values (%(tenant)s, %(person)s, %(title)s)
returning id::text, person, title, created_at, updated_at

-- name: listing
select id::text, person, title, created_at, updated_at
from thread where person = %(person)s order by updated_at desc, id limit %(limit)s

-- name: search
select t.id::text, t.person, t.title, t.created_at, t.updated_at
from thread t
where t.person = %(person)s and (t.title ilike %(like)s or exists (
    select from message m where (m.tenant, m.thread) = (t.tenant, t.id)
        and (m.text ilike %(like)s or exists (
            select from jsonb_path_query(m.blocks, 'strict $.**') v
            where jsonb_typeof(v) = 'string' and v #>> '{}' ilike %(like)s))))
order by t.updated_at desc, t.id limit %(limit)s

-- name: get
select id::text, person, title, created_at, updated_at from thread where id = %(thread)s::uuid and person = %(person)s

-- name: conversation
select m.id, m.turn::text, m.author, m.text, m.blocks, m.created_at, t.engine, t.state
from message m join turn t on (t.tenant, t.id) = (m.tenant, m.turn)
where m.thread = %(thread)s::uuid order by m.id

-- name: abandon
update turn set state = 'failed', finished_at = now()
where thread = %(thread)s::uuid and state = 'running' and started_at < now() - make_interval(secs => %(seconds)s)

-- name: begin
-- Opens a turn with the person's message, if the conversation is theirs, answers nothing else, and few others of theirs
-- are being answered.
with opened as (
    insert into turn (tenant, thread)
    select h.tenant, h.id from thread h
    where h.id = %(thread)s::uuid and h.person = %(person)s and (
        select count(*) from turn t join thread o on (o.tenant, o.id) = (t.tenant, t.thread)
        where t.state = 'running' and t.thread <> h.id and o.person = h.person
            and t.started_at >= now() - make_interval(secs => %(seconds)s)) < %(at_once)s
    on conflict (tenant, thread) where state = 'running' do nothing
    returning tenant, id, thread),
said as (
    insert into message (tenant, thread, turn, author, text)
    select tenant, thread, id, 'person', %(text)s from opened),
touched as (
    update thread h set updated_at = now(), title = case when title = '' then %(title)s else title end
    from opened where (h.tenant, h.id) = (opened.tenant, opened.thread))
select id::text from opened

-- name: answering
select exists (select from turn where thread = %(thread)s::uuid and state = 'running') as this

-- name: say
insert into message (tenant, thread, turn, author, blocks)
values (%(tenant)s, %(thread)s::uuid, %(turn)s::uuid, 'agent', %(blocks)s)

-- name: touch
update thread set updated_at = now(), title = case when title = '' then %(title)s else title end
where id = %(thread)s::uuid

-- name: finish
with closed as (
    update turn set state = %(state)s, engine = %(engine)s, calls = %(calls)s, trace = %(trace)s, finished_at = now()
    where id = %(turn)s::uuid and state = 'running'
    returning tenant, thread, id)
insert into message (tenant, thread, turn, author, blocks)
select tenant, thread, id, 'agent', %(blocks)s from closed
returning id

-- name: wait_for
insert into turn_action (tenant, turn, action) values (%(tenant)s, %(turn)s::uuid, %(action)s)
on conflict do nothing

-- name: waiting
select t.id::text, t.thread::text, h.person, w.told
from turn_action w
join turn t on (t.tenant, t.id) = (w.tenant, w.turn)
join thread h on (h.tenant, h.id) = (t.tenant, t.thread)
where w.action = %(action)s and t.state = 'waiting'
order by t.started_at for update of w

-- name: told
update turn_action set told = %(told)s
where turn = %(turn)s::uuid and action = %(action)s and told <> %(told)s
returning action

-- name: settle
update turn set state = 'done', finished_at = now() where id = %(turn)s::uuid and state = 'waiting'

-- name: history
select t.id::text, t.calls, t.state,
       (select m.text from message m where m.turn = t.id and m.author = 'person' order by m.id limit 1) as asked,
       (select m.blocks from message m where m.turn = t.id and m.author = 'agent' order by m.id limit 1) as answered
from turn t
where t.thread = %(thread)s::uuid and t.state in ('done', 'waiting')
order by t.started_at desc limit %(limit)s

-- name: answer
select t.id::text as turn, t.thread::text as thread, t.finished_at as at, t.state, t.engine, t.calls, t.trace,
       coalesce((select m.text from message m where m.turn = t.id and m.author = 'person' order by m.id limit 1), '')
           as asked,
       (select m.blocks from message m where m.turn = t.id and m.author = 'agent' order by m.id limit 1) as blocks
from turn t
where t.id = %(turn)s::uuid and t.thread = %(thread)s::uuid and t.finished_at is not null
