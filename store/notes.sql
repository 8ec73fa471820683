-- What people say about a proposal: questions, answers, comments.

-- name: add
insert into action_note (tenant, action, kind, answers, text, person, person_name)
values (%(tenant)s, %(action)s, %(kind)s, %(answers)s, %(text)s, %(person)s, %(person_name)s)
returning id

-- name: of_actions
select n.id, n.action::text, n.kind, n.answers, n.text, n.person, n.person_name, n.made_at
from action_note n where n.action = any(%(actions)s::uuid[]) order by n.id

-- name: question
select n.id, exists (select from action_note a where a.answers = n.id) as answered
from action_note n where n.id = %(id)s and n.action = any(%(actions)s::uuid[]) and n.kind = 'question'

-- name: asked
select distinct n.action::text
from action_note n
where n.action = any(%(actions)s::uuid[]) and n.kind = 'question'
  and not exists (select from action_note a where a.answers = n.id)
