import { MailsStore, type UnsentMail } from '../mail/mails.store.js';
import { runCommand } from './command.js';
import { JSON_FLAG, printResult } from './print-result.js';
import { withDatabase } from './with-database.js';

await runCommand({
  typed: 'npm run mails',
  about: 'Shows the mails that were not sent, and sends them again after you have corrected the settings.',
  actions: {
    list: 'Show the mails that wait, are held or were given up. This is the default.',
    retry: 'Send the held mails again. Running servers begin within 5 seconds.',
  },
  flags: {
    all: 'With retry: also send the mails again that the mail server refused for good.',
    json: JSON_FLAG,
  },
  exits: { 0: 'The action was done.', 1: 'It failed.' },
  async run({ action, flags }) {
    await withDatabase(async ({ dataSource }) => {
      const mails = new MailsStore(dataSource);
      if (action === 'retry') printResult(await mails.release(flags.all), flags.json, describeRelease);
      else printResult(await mails.unsent(), flags.json, describeList);
    });
    return 0;
  },
});

function describeRelease({ released, expired }: { released: number; expired: number }): string {
  const again = `${mailsOf(released)} will be sent again.`;
  if (expired === 0) return again;
  return `${again} ${mailsOf(expired)} stayed, because the link has expired. The user must ask for a new one.`;
}

function mailsOf(count: number): string {
  return count === 1 ? '1 mail' : `${count} mails`;
}

function describeList(mails: readonly UnsentMail[]): string {
  return mails.length === 0 ? 'All mails were sent.' : mails.map(describeMail).join('\n');
}

function describeMail({
  kind,
  recipient,
  state,
  createdAt,
  expired,
  attempts,
  lastError,
}: UnsentMail): string {
  const link = expired ? ', link expired' : '';
  const error = lastError === null ? '' : `\n  ${lastError}`;
  return `${createdAt.toISOString()} ${kind} to ${recipient}: ${state.replace('_', ' ')}${link}, attempts: ${attempts}${error}`;
}
