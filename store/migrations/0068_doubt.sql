-- Since when the ERP shows so much less than before that a reading of it is not taken over (erp/doubt.py).
alter table mirror_attempt add column doubted_since timestamptz;
