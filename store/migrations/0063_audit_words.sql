-- Words by which the audit log is searched, beside the log and no part of what is signed. They are added by the worker
-- once an entry's transaction is over, so that whoever writes an entry waits for no index.
create function words_of(said text) returns tsvector language sql immutable parallel safe
    -- Parted at every sign that is no letter or digit: "PO-4711" is found by "4711", and an address by its name.
    return to_tsvector('simple', regexp_replace(lower(said), '[]!-/:-@[\\^_`{-~]+', ' ', 'g'));

create table audit_word (
    tenant text not null,
    entry bigint not null,
    words tsvector not null,
    primary key (tenant, entry)
);
create index audit_word_words on audit_word using gin (words);
create index audit_text_words on audit_text using gin (words_of(text));

-- Up to which transaction a tenant's entries have their words.
create table audit_worded (
    tenant text primary key,
    horizon xid8 not null
);
select isolate_tenant('audit_word');
select isolate_tenant('audit_worded');
grant select on audit_word, audit_worded to countersign_app;
grant insert on audit_word to countersign_worker;
grant insert, update on audit_worded to countersign_worker;

-- The entries in which all of these words stand ("po:* & 4711:*"). Row security keeps a search by words from using its
-- index, as it cannot know that the search tells nothing of other firms' rows: so this looks at its own firm's alone.
create function worded(asked text) returns setof bigint
language sql stable security definer set search_path = public, pg_temp as $$
    select entry from audit_word
    where tenant = current_setting('app.tenant') and words @@ to_tsquery('simple', asked)
    union all
    -- What was written since the worker last looked has no words yet.
    select id from audit_entry
    where tenant = current_setting('app.tenant')
        and transaction >= coalesce(
            (select horizon from audit_worded where tenant = current_setting('app.tenant')), '0'::xid8)
        and words_of(subject || ' ' || facts::text) @@ to_tsquery('simple', asked)
    union all
    select entry from audit_text
    where tenant = current_setting('app.tenant') and words_of(text) @@ to_tsquery('simple', asked)
$$;
revoke all on function worded(text) from public;
grant execute on function worded(text) to countersign_app, countersign_worker;

-- What is pruned from the log is found no more.
create function forget_words() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
    delete from audit_word where (tenant, entry) = (old.tenant, old.id);
    return null;
end $$;
create trigger forget_words after delete on audit_entry for each row execute function forget_words();
