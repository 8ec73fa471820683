-- name: of_record
-- By the action's id, the record it wrote ("model,id" or its label), its project, a value that it carried, or the number
-- of the contract that its documents belong to.
select a.id::text, a.record is not null as written
from action a
where a.id::text = %(asked)s
   or a.record ->> 'label' = %(asked)s
   or (a.record ->> 'model') || ',' || (a.record ->> 'id') = %(asked)s
   or a.intent ->> 'project_code' = %(asked)s
   or jsonb_path_exists(a.intent, '$.arguments.** ? (@ == $asked)', jsonb_build_object('asked', %(asked)s::text))
   or exists (
       select from document d where d.contract = %(asked)s and (a.intent ->> 'document' = d.id::text
           or jsonb_path_exists(a.intent, '$.origins.*.evidence[*].document ? (@ == $document)',
                                jsonb_build_object('document', d.id::text))))
order by written desc, a.created_at desc, a.id limit %(limit)s

-- name: on_document
select a.id::text, a.type, a.state, a.intent ->> 'summary' as summary, a.record, a.created_at
from action a
where a.intent ->> 'document' = %(document)s
   or jsonb_path_exists(a.intent, '$.origins.*.evidence[*].document ? (@ == $document)',
                        jsonb_build_object('document', %(document)s::text))
order by a.created_at, a.id limit %(limit)s
