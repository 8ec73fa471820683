-- What each turn took of the configured language model. A question's most is reserved before it is sent and replaced by
-- what it took: a turn that dies in between counts with its reservation, so no restart makes a budget larger.
create table model_use (
    tenant text not null references tenant,
    turn uuid not null, -- no reference: a conversation that is deleted gives nothing back
    person text not null,
    day date not null default (now() at time zone 'UTC')::date,
    model text not null,
    asked integer not null default 0 check (asked >= 0),
    tokens_in bigint not null default 0 check (tokens_in >= 0),
    tokens_out bigint not null default 0 check (tokens_out >= 0),
    cost numeric(20, 8) not null default 0 check (cost >= 0), -- in the currency of the prices; 0 where none is set
    reserved_tokens bigint not null default 0 check (reserved_tokens >= 0),
    reserved_cost numeric(20, 8) not null default 0 check (reserved_cost >= 0),
    primary key (tenant, turn)
);
create index model_use_day on model_use (tenant, day, person)
    include (tokens_in, tokens_out, cost, reserved_tokens, reserved_cost);
select isolate_tenant('model_use');
grant select, insert on model_use to countersign_app;
grant update (asked, tokens_in, tokens_out, cost, reserved_tokens, reserved_cost) on model_use to countersign_app;

-- What was taken stays taken.
create function guard_model_use() returns trigger language plpgsql as $$
begin
    if (new.asked, new.tokens_in, new.tokens_out, new.cost) is distinct from
            (greatest(new.asked, old.asked), greatest(new.tokens_in, old.tokens_in),
             greatest(new.tokens_out, old.tokens_out), greatest(new.cost, old.cost)) then
        raise exception 'what a turn took of a model only grows' using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger guard_model_use before update on model_use for each row execute function guard_model_use();
