import { FORMATS } from '../../src/crypto/password/formats.js';
import { expectDocument, table, withPart } from './document.js';

test('the table of password formats is that of the code', async () => {
  const rows = new Map<string, { about: string; examples: string[] }>();
  for (const { id, about, example } of FORMATS) {
    const row = rows.get(id) ?? { about, examples: [] };
    row.examples.push(`\`${example}\``);
    rows.set(id, row);
  }
  await expectDocument('src/crypto/protocol.md', (page) =>
    withPart(
      page,
      'formats',
      table(
        ['format', 'what it is', 'begins with'],
        [...rows].map(([id, { about, examples }]) => [id, about, examples.join(' ')]),
      ),
    ),
  );
});
