import { isoTime } from '../../src/http/iso-time.js';

const DAY = 86_400_000;

test('the text is that of JavaScript, for every day and time of day', () => {
  const times = [
    0,
    -1,
    1,
    8.64e15,
    -8.64e15,
    Date.UTC(2024, 1, 29),
    Date.UTC(10_000, 0, 1),
    Date.UTC(-1, 5, 5),
  ];
  for (let n = 0; n < 20_000; n++) times.push(Math.trunc((Math.random() - 0.5) * 40_000 * DAY));
  for (const time of times) expect(isoTime(new Date(time))).toBe(new Date(time).toISOString());
});

test('what is no time is null', () => {
  expect([isoTime(new Date(Number.NaN)), isoTime(Infinity as unknown as Date)]).toEqual([null, null]);
});
