#!/bin/sh
# Gives the application's role and the worker's their passwords; what the roles may do is said by the migrations.
set -eu
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
    -v app="$APP_PASSWORD" -v worker="$WORKER_PASSWORD" <<'SQL'
create role countersign_app login nosuperuser nocreatedb nocreaterole noinherit nobypassrls password :'app';
create role countersign_worker login nosuperuser nocreatedb nocreaterole inherit nobypassrls password :'worker';
SQL
