import { sep } from 'node:path';
import Sequencer from '@jest/test-sequencer';

/** What runs longest begins first: at the end of a run one worker would wait for the other. */
const SLOW = [
  'migrations/killed',
  'conformance/cookies',
  'conformance/random',
  'migrations/interrupted',
  'mail/mail-sender',
  'sessions/secret-rotation',
  'conformance/edge',
  'serve',
  'conformance/emails',
  'conformance/options',
].map((name) => `${sep}test${sep}${name.replaceAll('/', sep)}.test.ts`);

/** As Jest would have it otherwise. */
export default class SlowestFirst extends Sequencer {
  sort(tests) {
    const place = ({ path }) => {
      const index = SLOW.findIndex((name) => path.endsWith(name));
      return index === -1 ? SLOW.length : index;
    };
    return super.sort(tests).toSorted((one, other) => place(one) - place(other));
  }
}
