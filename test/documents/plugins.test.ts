import { KNOWN_PLUGINS } from '../../src/config/plugins/catalogue.js';
import { variableOf } from '../../src/config/option-table.js';
import { expectDocument, table, withPart } from './document.js';

test('the page of plugins lists every plugin with its variables', async () => {
  const rows = KNOWN_PLUGINS.map(({ id, options }) => [
    `\`${id}\``,
    Object.keys(options.rows)
      .map((path) => `\`${variableOf(path)}\``)
      .join(' '),
  ]);
  await expectDocument('src/features/plugins/README.md', (page) =>
    withPart(page, 'plugins', table(['plugin', 'variables'], rows)),
  );
});
