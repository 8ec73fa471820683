-- Rises whenever something is taken off the list of answers that are due, and so after every change that answers rest
-- on: what was worked out under one number holds while the number stands. A sequence, as nobody must wait for another.
create sequence readiness_stamp;
grant usage, select on sequence readiness_stamp to countersign_app, countersign_worker;
