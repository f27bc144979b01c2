import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const onLinux = process.platform === 'linux' ? test : test.skip;

/** Runs in its own process, because the thread pool of this process also does other work. */
const PROGRAM = `
  import { getPriority } from 'node:os';
  import { readlink } from 'node:fs/promises';
  import { lowerHashPriority } from './dist/src/crypto/password/thread-priority.js';
  const threads = await lowerHashPriority();
  const links = await Promise.all(Array.from({ length: 200 }, () => readlink('/proc/thread-self')));
  const otherThreads = links.filter((link) => !threads.includes(Number(link.split('/').at(-1))));
  console.log(JSON.stringify({ own: getPriority(), hashing: threads.map((id) => getPriority(id)), otherThreads }));
`;

onLinux('all threads of the pool get nice value 5, and the event loop keeps 0', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', PROGRAM], {
    env: { PATH: process.env['PATH'], UV_THREADPOOL_SIZE: '6' },
  });
  expect(JSON.parse(stdout)).toEqual({ own: 0, hashing: Array(6).fill(5), otherThreads: [] });
});
