import { sha256Base64Url } from '../../src/crypto/sha256.js';

test('hashes an identifier like Better Auth (src/crypto/protocol.md, "Test vectors")', () => {
  expect(sha256Base64Url('reset-password:w3GVUtBb00bQljNIpPPHubYq')).toBe(
    'hjWMo40Q5EiSHvDVjAGLagX8gZ_ushhY5poB7CHPQSs',
  );
});
