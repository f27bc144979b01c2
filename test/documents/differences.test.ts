import { DELIBERATE_DIFFERENCES } from '../conformance/deliberate-differences.js';
import { expectDocument, table, withPart } from './document.js';

test('the table of differences is that of the comparison', async () => {
  await expectDocument('test/conformance/differences.md', (page) =>
    withPart(
      page,
      'differences',
      table(
        ['what', 'why'],
        DELIBERATE_DIFFERENCES.map(({ what, reason }) => [what, reason]),
      ),
    ),
  );
});
