-- A message is a document, and so is each file in it that can be read.
alter table document drop constraint document_kind_check;
alter table document add constraint document_kind_check check (kind in ('pdf', 'docx', 'email', 'markdown', 'text'));
alter table document add column attached_to uuid;
alter table document add foreign key (tenant, attached_to) references document;
create index document_attached on document (tenant, attached_to);
