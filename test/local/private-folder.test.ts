import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { privateFolderAbove } from '../../src/local/private-folder.js';

const asRoot = process.getuid?.() === 0;

test('root learns which folder other users may not enter; another user learns nothing', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-private-'));
  try {
    expect(await privateFolderAbove(join(folder, '.data'))).toBe(asRoot ? folder : undefined);
    await chmod(folder, 0o711);
    expect(await privateFolderAbove(join(folder, '.data'))).toBeUndefined();
  } finally {
    await rm(folder, { recursive: true });
  }
});
