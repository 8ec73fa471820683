-- Tries to sign in, by a digest of the e-mail and of the address they came from. Kept in the database because the API
-- has many processes; reached only through two functions, because nobody is signed in yet.
create table signin_attempt (
    tenant text not null default '' check (tenant = ''),
    key bytea primary key check (length(key) = 32),
    tries integer not null,
    since timestamptz not null default now()
);
select isolate_tenant('signin_attempt');

-- Counts this try before the password is looked at, so that parallel guesses cannot pass the limit together.
create function signin_tried(wanted bytea, within interval) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    counted integer;
begin
    insert into signin_attempt as a (key, tries) values (wanted, 1)
    on conflict (key) do update set
        tries = case when a.since < now() - within then 1 else a.tries + 1 end,
        since = case when a.since < now() - within then now() else a.since end
    returning tries into counted;
    return counted;
end $$;

create function signin_succeeded(person bytea, address bytea) returns void
language sql security definer set search_path = public, pg_temp as $$
    delete from signin_attempt where key = person;
    update signin_attempt set tries = greatest(tries - 1, 0) where key = address;
    delete from signin_attempt where since < now() - interval '1 day';
$$;

revoke all on function signin_tried(bytea, interval), signin_succeeded(bytea, bytea) from public;
grant execute on function signin_tried(bytea, interval), signin_succeeded(bytea, bytea) to countersign_app;
