/**
 * The role of the tests: no superuser, like the roles of managed PostgreSQL. It owns the tables that it makes, and may make
 * schemas in its database.
 */
export const OWNER = 'app_owner';

/** SQL that makes the role if the server has none yet, and lets it make tables and schemas in this database. */
export const ADMIT_OWNER = `do $$ begin
  begin
    create role ${OWNER} login password '${OWNER}';
  exception when duplicate_object or unique_violation then null;
  end;
  execute format('grant create, connect, temporary on database %I to ${OWNER}', current_database());
  grant all on schema public to ${OWNER};
  -- As on PostgreSQL 15 and newer.
  revoke create on schema public from public;
end $$`;
