import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.mjs';

/** Starts PostgreSQL 14. Returns undefined if there is no package for this machine. */
export async function startOldest() {
  const binaries = await import('postgres-14-linux-x64').catch(() => undefined);
  if (!binaries) {
    process.stdout.write('No package of PostgreSQL 14 for this machine. Its tests run on version 18.\n');
    return undefined;
  }
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-test-14-'));
  const user = process.getuid?.() === 0 ? userOf('postgres') : {};
  // If the tests run as root, PostgreSQL runs as the user postgres, which must be able to read the folder.
  await chmod(folder, 0o755);
  if (user.uid !== undefined) await chown(folder, user.uid, user.gid);
  for (const file of [binaries.initdb, binaries.postgres]) await chmod(file, 0o755).catch(() => {});
  const [data, passwordFile, port] = [join(folder, 'data'), join(folder, 'password'), await freePort()];
  await writeFile(passwordFile, 'postgres\n', { mode: 0o644 });
  const flags = [
    '--auth=password',
    '--username=postgres',
    '--encoding=UTF8',
    '--locale=C.UTF-8',
    '--no-sync',
  ];
  execFileSync(binaries.initdb, [`--pgdata=${data}`, `--pwfile=${passwordFile}`, ...flags], {
    ...user,
    stdio: 'ignore',
  });
  const settings = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_connections=200'];
  const server = spawn(
    binaries.postgres,
    ['-D', data, '-p', String(port), '-k', folder, ...settings.flatMap((setting) => ['-c', setting])],
    { ...user, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  await ready(server);
  return {
    url: `postgresql://postgres:postgres@127.0.0.1:${port}/postgres`,
    async stop() {
      const ended = once(server, 'exit');
      server.kill('SIGINT');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** If the user does not exist, the start of PostgreSQL 18 has created it before. */
function userOf(name) {
  const id = (flag) => Number(execFileSync('id', [flag, name]).toString());
  return { uid: id('-u'), gid: id('-g') };
}

async function ready(server) {
  let told = '';
  for await (const chunk of server.stderr) {
    told += chunk;
    if (told.includes('ready to accept connections')) {
      server.stderr.resume();
      return;
    }
  }
  throw new Error(`PostgreSQL 14 did not start:\n${told}`);
}
