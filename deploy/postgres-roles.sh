#!/bin/sh
# Gives the application's role its password; what the role may do is said by the migrations.
set -eu
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" -v password="$APP_PASSWORD" <<'SQL'
create role countersign_app login nosuperuser nocreatedb nocreaterole noinherit nobypassrls password :'password';
SQL
