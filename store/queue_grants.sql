
-- Run once after procrastinate's own schema.
grant select, insert, update, delete
    on procrastinate_jobs, procrastinate_events, procrastinate_workers, procrastinate_periodic_defers
    to countersign_app;
grant usage on sequence procrastinate_jobs_id_seq, procrastinate_events_id_seq, procrastinate_periodic_defers_id_seq,
    procrastinate_workers_id_seq to countersign_app;
