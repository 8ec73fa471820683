-- name: kept
select kind, count(*) as records, max(fetched_at) as fetched_at from mirror_record group by kind order by kind

-- name: reporting
select system, kind, count(*) as reports, max(reported_at) as reported_at, max(recorded_at) as recorded_at
from outside_fact group by system, kind order by system, kind
