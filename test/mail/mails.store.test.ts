import { DataSource } from 'typeorm';
import { MailsStore } from '../../src/mail/mails.store.js';
import { createDatabase, type TestDatabase } from '../setup/database.js';
import { MIGRATED } from '../setup/gatehouse.js';

const LEASE = 1000;

let database: TestDatabase;
let dataSource: DataSource;
let mails: MailsStore;

beforeEach(async () => {
  database = await createDatabase({ template: MIGRATED });
  dataSource = await new DataSource({ type: 'postgres', url: database.url }).initialize();
  mails = new MailsStore(dataSource);
});

afterEach(async () => {
  await dataSource.destroy();
  await database.drop();
});

async function write(...ids: string[]): Promise<void> {
  for (const id of ids) {
    const mail = { id, kind: 'verify-email', recipient: 'a@example.com', locale: 'en', content: '' } as const;
    await mails.add({ ...mail, life: 60 });
  }
}

const claimed = async (most: number, store = mails) =>
  (await store.claim(most, LEASE)).map(({ id }) => id).toSorted();

it('hands out the oldest mails first, each to one caller, and counts attempts', async () => {
  await write('1', '2', '3');
  expect(await claimed(2)).toEqual(['1', '2']);
  expect(await mails.claim(5, LEASE)).toMatchObject([{ id: '3', attempts: 1 }]);
  expect(await claimed(5)).toEqual([]);
});

it('skips mails that another caller is claiming, without waiting', async () => {
  await write('1', '2', '3');
  const other = dataSource.createQueryRunner();
  await other.startTransaction();
  const inTransaction = new MailsStore(other as unknown as DataSource);
  expect(await claimed(2, inTransaction)).toEqual(['1', '2']);
  const meanwhile = claimed(5);
  const atOnce = await Promise.race([
    meanwhile,
    new Promise((done) => setTimeout(() => done('waited'), 1000)),
  ]);
  // A caller that waits for the lock would get the same rows after the commit.
  await other.commitTransaction();
  await other.release();
  expect([atOnce, await meanwhile]).toEqual([['3'], ['3']]);
});

it('hands out a mail again when its lease ends, unless the lease was renewed', async () => {
  await write('dead', 'alive');
  await claimed(2);
  await mails.renew(['alive'], 60_000);
  await new Promise((done) => setTimeout(done, LEASE + 100));
  expect(await mails.claim(5, LEASE)).toMatchObject([{ id: 'dead', attempts: 2 }]);
});

it('tells how long it is until the next mail is due', async () => {
  expect(await mails.untilNext()).toBeUndefined();
  await write('1');
  expect(await mails.untilNext()).toBe(0);
  await mails.postpone('1', 30_000, 'not now');
  expect(await mails.untilNext()).toBeGreaterThan(28_000);
  await mails.giveUp('1', 'never');
  expect(await mails.untilNext()).toBeUndefined();
  expect(await mails.count()).toEqual({ waiting: 0, held: 0, given_up: 1 });
});

it('nobody gets a held mail, and it is not due, until it is released', async () => {
  await write('held', 'refused');
  await mails.giveUp('refused', 'never');
  await mails.hold('held', 'sender not allowed');
  expect([await claimed(5), await mails.untilNext()]).toEqual([[], undefined]);
  expect(await mails.count()).toEqual({ waiting: 0, held: 1, given_up: 1 });
  expect(await mails.release(false)).toEqual({ released: 1, expired: 0 });
  expect(await claimed(5)).toEqual(['held']);
  expect(await mails.release(true)).toEqual({ released: 1, expired: 0 });
  expect(await claimed(5)).toEqual(['refused']);
});

it('a released mail whose link has expired is given up, so that no alert stays', async () => {
  await write('1');
  await mails.hold('1', 'sender not allowed');
  await database.query(`update gatehouse.mails set expires_at = now() - interval '1 second'`);
  expect(await mails.giveUpExpired()).toEqual([]);
  expect(await mails.release(false)).toEqual({ released: 0, expired: 1 });
  expect(await mails.count()).toEqual({ waiting: 0, held: 0, given_up: 1 });
});

it('deletes mails given up or held long ago and keeps waiting ones', async () => {
  await write('given up', 'held', 'waiting');
  await mails.giveUp('given up', 'never');
  await mails.hold('held', 'sender not allowed');
  await database.query(`update gatehouse.mails set created_at = now() - interval '40 days'`);
  await mails.forgetGivenUp(30 * 86_400);
  expect(await mails.count()).toEqual({ waiting: 1, held: 0, given_up: 0 });
});
