-- Sums over a window of an action type, for cumulative thresholds; and each firm's own policy, version by version.
create index action_by_type on action (tenant, type, created_at desc);
