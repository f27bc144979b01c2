import { WebhooksStore, type UndeliveredWebhook } from '../webhooks/webhooks.store.js';
import { runCommand } from './command.js';
import { JSON_FLAG, printResult } from './print-result.js';
import { withDatabase } from './with-database.js';

await runCommand({
  typed: 'npm run webhooks',
  about: 'Shows the events that were not delivered to WEBHOOK_URL, and sends them again.',
  actions: {
    list: 'Show the events that wait or were given up. This is the default.',
    retry: 'Send the events again that were given up. Running servers begin within 5 seconds.',
  },
  flags: { json: JSON_FLAG },
  exits: { 0: 'The action was done.', 1: 'It failed.' },
  async run({ action, flags }) {
    await withDatabase(async ({ dataSource }) => {
      const webhooks = new WebhooksStore(dataSource);
      if (action === 'retry')
        printResult(
          { released: await webhooks.retry() },
          flags.json,
          ({ released }) => `Events that will be sent again: ${released}.`,
        );
      else printResult(await webhooks.undelivered(), flags.json, describeList);
    });
    return 0;
  },
});

function describeList(webhooks: readonly UndeliveredWebhook[]): string {
  return webhooks.length === 0 ? 'All events were delivered.' : webhooks.map(describe).join('\n');
}

function describe({ id, event, state, createdAt, attempts, lastError }: UndeliveredWebhook): string {
  const error = lastError === null ? '' : `\n  ${lastError}`;
  return `${createdAt.toISOString()} ${event} ${id}: ${state.replace('_', ' ')}, attempts: ${attempts}${error}`;
}
