import { isInNetwork, parseIp, parseNetwork } from '../../src/network/ip-address.js';

test.each(['10.0.0.0/8', '10.1.2.3', '::/0', '2001:db8::/32', '::ffff:10.0.0.0/8', '0.0.0.0/0'])(
  '%s is a network',
  (text) => {
    expect(parseNetwork(text)).toBeDefined();
  },
);

test.each([
  '10.0.0.0/33',
  '::ffff:10.0.0.0/33',
  '::/129',
  '10.0.0.0/',
  '10.0.0.0/-1',
  '10.0.0.0/8x',
  '10.0.0/8',
  '/8',
  '',
  'x',
  '10.0.0.0/08.0',
])('%j is no network', (text) => {
  expect(parseNetwork(text)).toBeUndefined();
});

test.each([
  ['10.255.255.255', '10.0.0.0/8', true],
  ['11.0.0.0', '10.0.0.0/8', false],
  ['192.168.1.127', '192.168.1.0/25', true],
  ['192.168.1.128', '192.168.1.0/25', false],
  ['::ffff:192.168.1.1', '192.168.1.0/25', true],
  ['1.2.3.4', '0.0.0.0/0', true],
  ['::1', '0.0.0.0/0', false],
  ['1.2.3.4', '::/0', false],
  ['2001:db8:8000::', '2001:db8::/33', false],
  ['2001:db8:7fff::', '2001:db8::/33', true],
])('%s in %s: %s', (address, network, expected) => {
  const [parsed, among] = [parseIp(address), parseNetwork(network)];
  expect(parsed && among && isInNetwork(parsed, among)).toBe(expected);
});
