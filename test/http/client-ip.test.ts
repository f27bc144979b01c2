import { clientIp, countedIp, hasUndeclaredProxy, networkOf } from '../../src/http/client-ip.js';

const settings = {
  ipAddressHeaders: ['x-forwarded-for'],
  trustedProxies: [] as string[],
  ipv6Subnet: 64,
  disableIpTracking: false,
};
const ipOf = (value: string, changes: Partial<typeof settings> = {}) =>
  clientIp({ 'x-forwarded-for': value }, { ...settings, ...changes }, 'production');

test.each(['2001:db8::1', '2001:DB8:0:0:1::2', '2001:db8::ffff', '2001:0db8:0000:0000:ffff:ffff:ffff:ffff'])(
  'addresses of the same IPv6 network are the same client: %s',
  (address) => {
    expect(ipOf(address)).toBe('2001:0db8:0000:0000:0000:0000:0000:0000');
  },
);

test('addresses of different IPv6 networks are different clients', () => {
  expect(ipOf('2001:db8:0:1::1')).toBe('2001:0db8:0000:0001:0000:0000:0000:0000');
});

test.each([
  '5.6.7.8',
  ' 5.6.7.8 ',
  '::ffff:5.6.7.8',
  '::FFFF:0506:0708',
  '0:0:0:0:0:ffff:5.6.7.8',
  '0000:0000:0000:0000:0000:FFFF:5.6.7.8',
  '::ffff:506:708',
  '5.6.7.8,',
])('every spelling of an IPv4 address is the same client: %s', (address) => {
  expect(ipOf(address)).toBe('5.6.7.8');
});

test.each([
  ['::1', '0000:0000:0000:0000:0000:0000:0000:0000'],
  ['::', '0000:0000:0000:0000:0000:0000:0000:0000'],
  ['64:ff9b::1.2.3.4', '0064:ff9b:0000:0000:0000:0000:0000:0000'],
  ['1:2:3:4:5:6:7:8', '0001:0002:0003:0004:0000:0000:0000:0000'],
])('an IPv6 address is expanded to its full form: %s', (address, written) => {
  expect(ipOf(address)).toBe(written);
});

test.each([
  ['a list, whose beginning the client may have sent', '1.2.3.4, 5.6.7.8'],
  ['an address with a zone', 'fe80::1%eth0'],
  ['an IPv4 address with a zone', '::ffff:5.6.7.8%eth0'],
  ['a host name', 'evil.example'],
  ['an address with a port that is no number', '1.2.3.4:http'],
  ['brackets that are not closed', '[2001:db8::1'],
  ['IPv4 in brackets', '[1.2.3.4]'],
  ['an octal address', '01.2.3.4'],
  ['too many groups', '1:2:3:4:5:6:7:8:9'],
  ['an empty value', ''],
])('ignores %s', (_, value) => {
  expect(ipOf(value)).toBe('');
});

test('uses the first configured header that contains an address, in any case', () => {
  const headers = { 'cf-connecting-ip': '1.1.1.1', 'x-forwarded-for': '2.2.2.2' };
  const among = { ...settings, ipAddressHeaders: ['X-Real-IP', 'CF-Connecting-IP', 'X-Forwarded-For'] };
  expect(clientIp(headers, among, undefined)).toBe('1.1.1.1');
  expect(clientIp({ ...headers, 'cf-connecting-ip': 'junk' }, among, undefined)).toBe('2.2.2.2');
});

test.each([
  ['production', ''],
  [undefined, ''],
  ['development', '127.0.0.1'],
  ['test', '127.0.0.1'],
])('without an address the result with NODE_ENV=%s is %j', (nodeEnv, address) => {
  expect(clientIp({}, settings, nodeEnv)).toBe(address);
});

test.each([
  [1, '8000:0000:0000:0000:0000:0000:0000:0000'],
  [32, 'ffff:ffff:0000:0000:0000:0000:0000:0000'],
  [36, 'ffff:ffff:f000:0000:0000:0000:0000:0000'],
  [60, 'ffff:ffff:ffff:fff0:0000:0000:0000:0000'],
  [128, 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
])('an IPv6 network can have %i bits', (ipv6Subnet, network) => {
  expect(ipOf('ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', { ipv6Subnet })).toBe(network);
  expect(ipOf('::ffff:1.2.3.4', { ipv6Subnet })).toBe('1.2.3.4');
});

describe('behind trusted proxies', () => {
  const trustedProxies = ['10.0.0.0/8', '192.0.2.7', '2001:db8:ffff::/47', '::ffff:198.51.100.0/24'];

  test.each([
    ['1.2.3.4', '1.2.3.4'],
    ['1.2.3.4, 10.255.0.1', '1.2.3.4'],
    ['6.6.6.6, 1.2.3.4, 192.0.2.7, 10.0.0.1', '1.2.3.4'],
    ['1.2.3.4, 2001:db8:fffe::1, ::ffff:10.0.0.1', '1.2.3.4'],
    ['1.2.3.4, 198.51.100.9', '1.2.3.4'],
    ['1.2.3.4, 11.0.0.1', '11.0.0.1'],
    ['1.2.3.4, 2001:db8:fffd::1', '2001:0db8:fffd:0000:0000:0000:0000:0000'],
    [' ,1.2.3.4 ,, 10.0.0.1,', '1.2.3.4'],
    ['rubbish, 1.2.3.4, 10.0.0.1', '1.2.3.4'],
  ])('the client of %s is the last hop that is not a trusted proxy', (value, client) => {
    expect(ipOf(value, { trustedProxies })).toBe(client);
  });

  test.each(['10.0.0.1', '10.0.0.1, 192.0.2.7', '1.2.3.4, rubbish', '1.2.3.4, rubbish, 10.0.0.1', ','])(
    'there is no client in %s',
    (value) => {
      expect(ipOf(value, { trustedProxies })).toBe('');
    },
  );
});

test('with disableIpTracking there is no address, not even in development', () => {
  expect(ipOf('1.2.3.4', { disableIpTracking: true })).toBe('');
  expect(clientIp({}, { ...settings, disableIpTracking: true }, 'development')).toBe('');
});

test.each([
  ['1.2.3.4:80', '1.2.3.4'],
  ['[2001:db8::1]', '2001:0db8:0000:0000:0000:0000:0000:0000'],
  ['[2001:db8::1]:4711', '2001:0db8:0000:0000:0000:0000:0000:0000'],
  ['[::ffff:1.2.3.4]:80', '1.2.3.4'],
])('ignores the port and the brackets that some proxies write: %s', (hop, address) => {
  expect(ipOf(hop)).toBe(address);
  expect(ipOf(`9.9.9.9, ${hop}, 10.0.0.1:1234`, { trustedProxies: ['10.0.0.0/8'] })).toBe(address);
});

describe('the address by which limits count', () => {
  const counted = (headers: Record<string, string>, remoteAddress: string | undefined, changes = {}) =>
    countedIp({ headers, socket: { remoteAddress } as never }, { ...settings, ...changes }, 'production');

  test.each([
    ['the header', { 'x-forwarded-for': '5.6.7.8' }, '10.0.0.1', '5.6.7.8'],
    ['the connection, without a header', {}, '203.0.113.9', '203.0.113.9'],
    [
      'the connection, with a malformed header',
      { 'x-forwarded-for': 'junk' },
      '::ffff:203.0.113.9',
      '203.0.113.9',
    ],
    ['the last hop of a list', { 'x-forwarded-for': '1.1.1.1, 5.6.7.8:99' }, '10.0.0.1', '5.6.7.8'],
    ['nothing, if the connection is closed', {}, undefined, 'unknown'],
  ])('is that of %s', (_, headers, remoteAddress, expected) => {
    expect(counted(headers as Record<string, string>, remoteAddress)).toBe(expected);
  });

  test('is empty if addresses are not tracked', () => {
    expect(counted({ 'x-forwarded-for': '5.6.7.8' }, '10.0.0.1', { disableIpTracking: true })).toBe('');
  });

  test.each([
    ['203.0.113.9', '203.0.113.0/24'],
    ['2001:0db8:0001:0002:0000:0000:0000:0000', '2001:0db8:0001:0000:0000:0000:0000:0000/48'],
    ['unknown', 'unknown'],
    ['', ''],
  ])('%j belongs to the network %j', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});

test.each([
  ['no header', {}, false],
  ['one hop', { 'x-forwarded-for': '5.6.7.8' }, false],
  ['two hops', { 'x-forwarded-for': '5.6.7.8, 10.0.0.1' }, true],
  ['another header', { 'x-real-ip': '5.6.7.8' }, true],
  ['a header that names only the proxy', { via: '1.1 proxy' }, true],
])('knows a proxy that is not declared: %s', (_, headers, undeclared) => {
  expect(hasUndeclaredProxy(headers as Record<string, string>, settings)).toBe(undeclared);
});
