import { textId } from '../../src/database/text-id.js';

test.each([
  [7, '7'],
  ['9007199254740993', '9007199254740993'],
  ['3f2c', '3f2c'],
  [null, null],
  [undefined, undefined],
])('the stored id %p is read as %p', (stored, id) => {
  expect(textId.from(stored)).toBe(id);
});

test('an id is written unchanged', () => {
  expect(textId.to('7')).toBe('7');
});
