import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { startGatehouse } from './setup/gatehouse.js';

test('the steps of the seed can be pasted and find every required field', async () => {
  const page = readFileSync('src/accounts/try-it.md', 'utf8');
  const script = /<!-- the seed's test -->\s+```sh\n(.*?)```/s.exec(page)?.[1];
  const gatehouse = await startGatehouse();
  try {
    const { stdout } = await promisify(execFile)('bash', ['-euc', script ?? 'exit 9'], {
      env: { ...process.env, BASE: gatehouse.origin },
    });
    expect(stdout).toMatch(/^ok: ada\.\d+@example\.com has a session\n$/);
  } finally {
    await gatehouse.stop();
  }
});

test('the README is short', () => {
  expect(readFileSync('README.md', 'utf8').split('\n').length).toBeLessThanOrEqual(150);
});
