import { sep } from 'node:path';
import Sequencer from '@jest/test-sequencer';

/** The slowest files, which start first. If one started last, the other worker would wait for it at the end. */
const SLOW = [
  'copies/copies',
  'mail/mail-sender',
  'migrations/remedies',
  'legacy/wild/oddities',
  'migrations/killed',
  'conformance/cookies',
  'conformance/random',
  'migrations/legacy-shapes',
  'legacy/wild/frameworks',
  'migrations/better-auth-schemas',
  'sessions/secret-rotation',
  'conformance/edge',
  'serve',
  'conformance/emails',
  'conformance/options',
].map((name) => `${sep}test${sep}${name.replaceAll('/', sep)}.test.ts`);

/** Starts the slow files first, and keeps Jest's order for the others. */
export default class SlowestFirst extends Sequencer {
  sort(tests) {
    const place = ({ path }) => {
      const index = SLOW.findIndex((name) => path.endsWith(name));
      return index === -1 ? SLOW.length : index;
    };
    return super.sort(tests).toSorted((one, other) => place(one) - place(other));
  }
}
