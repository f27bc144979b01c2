import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const onLinux = process.platform === 'linux' ? test : test.skip;

/** In a process of its own: the threads of this one have others to serve. */
const PROGRAM = `
  import { getPriority } from 'node:os';
  import { readlink } from 'node:fs/promises';
  import { lowerHashPriority } from './dist/src/crypto/password/thread-priority.js';
  const threads = await lowerHashPriority();
  const links = await Promise.all(Array.from({ length: 200 }, () => readlink('/proc/thread-self')));
  const strangers = links.filter((link) => !threads.includes(Number(link.split('/').at(-1))));
  console.log(JSON.stringify({ own: getPriority(), hashing: threads.map((id) => getPriority(id)), strangers }));
`;

onLinux('every thread that hashes gives way to all others, and the event loop to none', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', PROGRAM], {
    env: { PATH: process.env['PATH'], UV_THREADPOOL_SIZE: '6' },
  });
  expect(JSON.parse(stdout)).toEqual({ own: 0, hashing: Array(6).fill(5), strangers: [] });
});
