// The least that a sign-in or a sign-up can cost: plain node:http that computes one bcrypt hash per request.
import { createServer } from 'node:http';
import bcrypt from 'bcrypt';

const { PORT, PASSWORD, STORED_HASH, BCRYPT_COST } = process.env;

const WORK = {
  '/compare': () => bcrypt.compare(PASSWORD, STORED_HASH),
  '/hash': () => bcrypt.hash(PASSWORD, Number(BCRYPT_COST)),
};

const server = createServer((request, response) => {
  const work = WORK[request.url] ?? (() => Promise.resolve());
  void work().then(() => response.end('{}'));
});

server.listen(Number(PORT), '127.0.0.1');
process.once('SIGTERM', () => server.close());
