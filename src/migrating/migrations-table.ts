/**
 * TypeORM's table of applied migrations. The application next to us may have its own table `migrations`, so ours has
 * another name. It is in the connection's first schema.
 */
export const MIGRATIONS_TABLE = 'gatehouse_migrations';
