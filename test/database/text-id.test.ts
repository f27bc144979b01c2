import { textId } from '../../src/database/text-id.js';

test.each([
  [7, '7'],
  ['9007199254740993', '9007199254740993'],
  ['3f2c', '3f2c'],
  [null, null],
  [undefined, undefined],
])('the id %p of a row is %p above the database', (stored, id) => {
  expect(textId.from(stored)).toBe(id);
});

test('an id goes to the database as it is', () => {
  expect(textId.to('7')).toBe('7');
});
