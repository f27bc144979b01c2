import * as migrations from '../../migrations/helpers/1763900000000-password-formats.js';
import * as server from '../../src/legacy/password-formats.js';
import { createDatabase, type TestDatabase } from '../setup/database.js';

const B53 = 'k/3EQQYJEzvTlTpgHyyH6uZ..t8OOov0plBaLe5LNnZADOlHIv1Ae';

describe('server and migrations agree on a legacy hash:', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createDatabase();
  });
  afterAll(() => database.drop());

  const classify = async (hash: string | null) => {
    const classes: string[] = [];
    for (const { isUsableHash, isUnusableHash } of [server, migrations]) {
      const [row] = await database.query<{ usable: boolean | null; unusable: boolean }>(
        `select ${isUsableHash('$1')} as usable, ${isUnusableHash('$1')} as unusable`,
        [hash],
      );
      classes.push(row?.usable ? 'usable' : row?.unusable ? 'unusable' : 'unrecognised');
    }
    return classes;
  };

  const both = (kind: string) => [kind, kind];

  it.each([
    `$2a$10$${B53}`,
    `$2b$12$${B53}`,
    `$2y$10$${B53}`,
    '$bcrypt-sha256$2b,12$n79VH.0Q2TMWmt3Oqt9uku$Kq4Noyk3094Y2QlB8NdRT8SvGiI4ft2',
    '$bcrypt-sha256$v=2,t=2b,r=12$nZo/xar3C/EZ6N.ixfX1Mu$vIVYYxFc4cAZ/Yd82dXv9pu.K0mnmwe',
    `${'0123456789abcdef'.repeat(2)}:${'0123456789abcdef'.repeat(8)}`,
    '$argon2id$v=19$m=19456,t=2,p=1$We8yT24+hbihyLhs+ng3RA$YuaTZHUjoR+4mMtKzH+vBusgj+OlrmNz5DItMRKeVjM',
    '$argon2i$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$YuaTZHUjoR+4mMtKzH+vBusgj+OlrmNz5DItMRKeVjM',
    'pbkdf2_sha256$600000$b4a40bc98a25f34140856236$N7FqYpXHNsi7/YD/Vopl7xFDVnD4Ag2jNCoIsYESpK4=',
    '$pbkdf2-sha256$29000$vbRiIpfQPxpgj.cwjwJZsA$UmOKu2OgCUO5cK.FFXbZ3VXd1u1T2aeqO0TtgTd1RkQ',
  ])('%s is usable', async (hash) => {
    expect(await classify(hash)).toEqual(both('usable'));
  });

  it.each([null, '', '   ', '!', '!0cae0426de08df0d4f398926cd2c654f4de5c31f', '*'])(
    '%s is unusable',
    async (hash) => {
      expect(await classify(hash)).toEqual(both('unusable'));
    },
  );

  it.each([
    'secret',
    `$2x$10$${B53}`,
    `$2b$10$${B53}x`,
    `$1$abc$def`,
    'md5$salt$0cae',
    '$argon2d$v=19$m=1,t=1,p=1$a$b',
  ])('%s is in no known format', async (hash) => {
    expect(await classify(hash)).toEqual(both('unrecognised'));
  });
});
