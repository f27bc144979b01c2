import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Bytes that V8 sets aside for new objects, twice over. Left to itself it takes 16 MiB, twice: a quarter of this server. */
const YOUNG = 3 * 2 ** 20;
const INITIAL = 2 ** 20;
/** Milliseconds between two looks at it. */
const LOOK_EVERY = 250;

/**
 * What a request leaves behind is garbage at once and needs little room. Node takes the size from its command line alone,
 * so V8 is let grow to it in one step and then no further. To be called before anything is loaded.
 */
export function keepYoungSpaceSmall(): void {
  setFlagsFromString(`--semi-space-growth-factor=${YOUNG / INITIAL}`);
  // It grows when so much has outlived a collection.
  const survivors: unknown[] = [];
  while (youngSize() < YOUNG && survivors.length < 10_000)
    survivors.push(Array.from({ length: 100 }, () => 0));
  setGrowth();
  // While nobody asks for anything V8 makes it smaller, and under load it may become what it was.
  setInterval(setGrowth, LOOK_EVERY).unref();
}

const setGrowth = () => setFlagsFromString(`--semi-space-growth-factor=${youngSize() < YOUNG ? 2 : 1}`);

/** From now on what is old is collected when it has grown by a quarter, and not when it has doubled. */
export function collectEarly(): void {
  setFlagsFromString('--heap-growing-percent=25');
}

const youngSize = () =>
  (getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? 0) / 2;
