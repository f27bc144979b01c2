import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { privateFolderAbove } from '../../src/local/private-folder.js';

const asRoot = process.getuid?.() === 0;

test('a folder that others may not enter is named to root, whom it would stop', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-private-'));
  try {
    expect(await privateFolderAbove(join(folder, '.data'))).toBe(asRoot ? folder : undefined);
    await chmod(folder, 0o711);
    expect(await privateFolderAbove(join(folder, '.data'))).toBeUndefined();
  } finally {
    await rm(folder, { recursive: true });
  }
});
