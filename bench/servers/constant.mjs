// The fastest possible server without a database read: Fastify with a constant answer as long as the real one.
import Fastify from 'fastify';

const NOW = '2026-01-01T00:00:00.000Z';
const ANSWER = {
  session: {
    expiresAt: NOW,
    token: 't'.repeat(32),
    createdAt: NOW,
    updatedAt: NOW,
    ipAddress: '203.0.113.7',
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
    userId: 'user1',
    id: 'session1',
  },
  user: {
    name: 'User 1',
    email: 'user1@example.com',
    emailVerified: false,
    image: null,
    createdAt: NOW,
    updatedAt: NOW,
    id: 'user1',
  },
};
const server = Fastify();

server.get('/api/auth/get-session', () => Promise.resolve(ANSWER));

await server.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
// Closes the server so that the process ends by itself, because Node writes a CPU profile only then.
process.once('SIGTERM', () => void server.close());
