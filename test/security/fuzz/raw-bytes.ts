import type { Dice } from './dice.js';

const BODY = '{"email":"ada@example.com","password":"correct horse battery"}';
const POST = 'POST /api/auth/sign-in/email HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';

/** Requests as no HTTP library would send them. */
const RAW: readonly string[] = [
  '',
  '\r\n\r\n',
  'GET / HTTP/9.9\r\n\r\n',
  'GET /api/auth/ok\r\n\r\n',
  'GET /api/auth/ok HTTP/1.0\r\n\r\n',
  'GET /api/auth/ok HTTP/1.1\r\n\r\n',
  'GET  /api/auth/ok HTTP/1.1\r\nhost: x\r\n\r\n',
  'GET /api/auth/ok HTTP/1.1\r\nhost: x\r\nhost: y\r\n\r\n',
  'GET /api/auth/ok HTTP/1.1\nhost: x\n\n',
  'GET /api/auth/ok HTTP/1.1\r\nhost: x\r\ncookie: a=\0\r\n\r\n',
  'GET /api/auth/ok HTTP/1.1\r\nhost: x\r\ncookie : a=b\r\n\r\n',
  'GET /api/auth/ok HTTP/1.1\r\nhost: x\r\nx: a\r\n b\r\n\r\n',
  'GET http://evil.example/api/auth/ok HTTP/1.1\r\nhost: x\r\n\r\n',
  'GET * HTTP/1.1\r\nhost: x\r\n\r\n',
  'OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n',
  'CONNECT evil.example:443 HTTP/1.1\r\nhost: x\r\n\r\n',
  'GET /api/auth/ok HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  `${POST}content-length: ${BODY.length}\r\n\r\n${BODY}`,
  `${POST}content-length: ${BODY.length + 50}\r\n\r\n${BODY}`,
  `${POST}content-length: 5\r\n\r\n${BODY}`,
  `${POST}content-length: -1\r\n\r\n${BODY}`,
  `${POST}content-length: 1e3\r\n\r\n${BODY}`,
  `${POST}content-length: 5\r\ncontent-length: 6\r\n\r\n${BODY}`,
  `${POST}content-length: 99999999999999999999\r\n\r\n${BODY}`,
  `${POST}transfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n`,
  `${POST}transfer-encoding: chunked\r\n\r\nffffffffffffffff\r\n${BODY}`,
  `${POST}transfer-encoding: chunked\r\n\r\n-1\r\n${BODY}\r\n0\r\n\r\n`,
  `${POST}transfer-encoding: chunked\r\n\r\n${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\nx-trailer: \0\r\n\r\n`,
  `${POST}transfer-encoding: xchunked\r\n\r\n${BODY}`,
  `${POST}transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
  `${POST}expect: 100-continue\r\ncontent-length: 5\r\n\r\n`,
  `${POST}expect: x\r\ncontent-length: 0\r\n\r\n`,
  `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nhost: x\r\n\r\n`,
  `GET / HTTP/1.1\r\nhost: x\r\n${'x: y\r\n'.repeat(3000)}\r\n`,
  `GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`,
  'GET /api/auth/ok HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(50),
  '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
];

/** One of the raw requests, often with some changed bytes. */
export function rawBytes(dice: Dice): Buffer {
  const bytes = Buffer.from(dice.one(RAW), 'latin1');
  if (dice.chance(0.3)) return bytes;
  for (let changes = dice.below(4); changes > 0 && bytes.length > 0; changes -= 1)
    bytes[dice.below(bytes.length)] = dice.below(256);
  return dice.chance(0.3) ? bytes.subarray(0, dice.below(bytes.length + 1)) : bytes;
}
