import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createDatabase } from '../setup/database.js';
import { MIGRATED, startGatehouse } from '../setup/gatehouse.js';
import { aMember, onAnotherDevice } from '../setup/people.js';
import { runToEnd } from '../setup/run-to-end.js';

const run = promisify(execFile);

/** pg_dump refuses a server that is newer than itself, and the tests have a PostgreSQL 14. */
const [, version = '0'] = /\) (\d+)/.exec(String(spawnSync('pg_dump', ['--version']).stdout)) ?? [];

// Machines without pg_dump skip this test. `.ci/run` installs it.
(Number(version) >= 14 ? test : test.skip)(
  'the backup on the page of operations is restored: sessions, passwords, waiting mails and the state of the migrations',
  async () => {
    const original = await createDatabase({ version: 14, template: MIGRATED });
    const before = await startGatehouse({ SMTP_URL: 'smtp://127.0.0.1:1' }, original);
    const member = await aMember(before);
    await member.client.post('/api/auth/request-password-reset', { email: member.email, redirectTo: '/' });
    await before.stop();

    const folder = await mkdtemp(join(tmpdir(), 'gatehouse-backup-'));
    const file = join(folder, 'gatehouse.dump');
    await run('pg_dump', ['--format=custom', `--file=${file}`, original.url]);
    const restored = await createDatabase({ version: 14 });
    await run('pg_restore', [
      '--exit-on-error',
      '--no-owner',
      '--no-privileges',
      `--dbname=${restored.url}`,
      file,
    ]);
    await rm(folder, { recursive: true });

    const { code, out } = await runToEnd('dist/src/commands/compat-check.js', {
      environment: { DATABASE_URL: restored.url },
    });
    expect({ code, out }).toMatchObject({ code: 0 });
    const after = await startGatehouse({ PORT: new URL(before.origin).port }, restored);
    expect((await member.client.get('/api/auth/get-session')).json()).toMatchObject({
      user: { id: member.id },
    });
    await onAnotherDevice(after, member);
    expect(await restored.query('select kind from gatehouse.mails')).toEqual([{ kind: 'reset-password' }]);
    await after.stop();
    await original.drop();
    await restored.drop();
  },
);
