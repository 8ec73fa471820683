-- What a document says of itself beside others is read once more where it was never read, or not all of it: by the
-- worker alone, and never over what was read before.
create function guard_bearing() returns trigger language plpgsql as $$
begin
    if old.bearing ? 'rates' then
        raise exception 'what was read of a document is not changed' using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;
create trigger guard_bearing before update of bearing on document for each row execute function guard_bearing();
grant update (bearing) on document to countersign_worker;
