-- A document also stands under its master agreement: the same kind of link, by a relation of its own. What a document
-- says of itself beside others (its title, which one prevails) is kept as it was read; null: read before that was kept.
alter table document_link rename column amends to target;
alter index document_link_amends rename to document_link_target;
alter table document_link add column relation text not null default 'amends' check (relation in ('amends', 'under'));
alter table document_link alter column relation drop default;
drop index document_link_newest;
create index document_link_newest on document_link (tenant, document, relation, id desc);

alter table document add column bearing jsonb;
