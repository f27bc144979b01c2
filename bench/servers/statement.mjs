// The fastest possible server with a database read: Fastify sends the row of Gatehouse's prepared statement as JSON.
import Fastify from 'fastify';
import pg from 'pg';
import { findSessionByToken } from '../../dist/src/sessions/find-session.sql.js';

const { name, text: marked } = findSessionByToken({ user: [], session: [] });
/** The statement names our tables by markers such as `{sessions}`. */
const text = marked.replaceAll(/\{(\w+)\}/g, '$1');
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
const server = Fastify();

server.get('/api/auth/get-session', (request) => {
  const token = /session_token=([^.;]+)/.exec(request.headers.cookie ?? '')?.[1];
  return pool.query({ name, text, values: [token] }).then(({ rows }) => rows[0] ?? {});
});

await server.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
