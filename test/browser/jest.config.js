import base from '../jest.config.js';

/** Configures `npm run test:browser`. The browser is `CHROMIUM_PATH`, or the Chromium of the system if that is not set. */
export default {
  ...base,
  rootDir: '../..',
  roots: ['<rootDir>/test/browser'],
  testPathIgnorePatterns: [],
  // The tests wait for half of their time.
  maxWorkers: 2,
};
