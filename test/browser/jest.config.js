import base from '../jest.config.js';

/** What needs a browser: `npm run test:browser`, with the one of `CHROMIUM_PATH` or the system's. */
export default {
  ...base,
  rootDir: '../..',
  roots: ['<rootDir>/test/browser'],
  testPathIgnorePatterns: [],
  maxWorkers: 1,
};
