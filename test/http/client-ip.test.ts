import { clientIp } from '../../src/http/client-ip.js';

const settings = {
  ipAddressHeaders: ['x-forwarded-for'],
  trustedProxies: [] as string[],
  ipv6Subnet: 64,
  disableIpTracking: false,
};
const ipOf = (value: string, changes: Partial<typeof settings> = {}) =>
  clientIp({ 'x-forwarded-for': value }, { ...settings, ...changes }, 'production');

test.each(['2001:db8::1', '2001:DB8:0:0:1::2', '2001:db8::ffff', '2001:0db8:0000:0000:ffff:ffff:ffff:ffff'])(
  'the addresses of one IPv6 network are one client: %s',
  (address) => {
    expect(ipOf(address)).toBe('2001:0db8:0000:0000:0000:0000:0000:0000');
  },
);

test('another network is another client', () => {
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
])('one IPv4 address is one client however it is written: %s', (address) => {
  expect(ipOf(address)).toBe('5.6.7.8');
});

test.each([
  ['::1', '0000:0000:0000:0000:0000:0000:0000:0000'],
  ['::', '0000:0000:0000:0000:0000:0000:0000:0000'],
  ['64:ff9b::1.2.3.4', '0064:ff9b:0000:0000:0000:0000:0000:0000'],
  ['1:2:3:4:5:6:7:8', '0001:0002:0003:0004:0000:0000:0000:0000'],
])('IPv6 is written out in full: %s', (address, written) => {
  expect(ipOf(address)).toBe(written);
});

test.each([
  ['a list, which the client may have begun', '1.2.3.4, 5.6.7.8'],
  ['an address with a zone', 'fe80::1%eth0'],
  ['an IPv4 address with a zone', '::ffff:5.6.7.8%eth0'],
  ['a host name', 'evil.example'],
  ['an address with a port', '1.2.3.4:80'],
  ['an address in brackets', '[2001:db8::1]'],
  ['an octal address', '01.2.3.4'],
  ['too many groups', '1:2:3:4:5:6:7:8:9'],
  ['nothing', ''],
])('%s is not believed', (_, value) => {
  expect(ipOf(value)).toBe('');
});

test('the first configured header that holds an address counts, whatever its case', () => {
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
])('without an address under NODE_ENV=%s it is %j', (nodeEnv, address) => {
  expect(clientIp({}, settings, nodeEnv)).toBe(address);
});

test.each([
  [1, '8000:0000:0000:0000:0000:0000:0000:0000'],
  [32, 'ffff:ffff:0000:0000:0000:0000:0000:0000'],
  [36, 'ffff:ffff:f000:0000:0000:0000:0000:0000'],
  [60, 'ffff:ffff:ffff:fff0:0000:0000:0000:0000'],
  [128, 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
])('an IPv6 network may have %i bits', (ipv6Subnet, network) => {
  expect(ipOf('ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', { ipv6Subnet })).toBe(network);
  expect(ipOf('::ffff:1.2.3.4', { ipv6Subnet })).toBe('1.2.3.4');
});

describe('behind proxies that are known', () => {
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
  ])('the client of %s is the nearest hop that is none of them', (value, client) => {
    expect(ipOf(value, { trustedProxies })).toBe(client);
  });

  test.each(['10.0.0.1', '10.0.0.1, 192.0.2.7', '1.2.3.4, rubbish', '1.2.3.4, rubbish, 10.0.0.1', ','])(
    'nobody is the client of %s',
    (value) => {
      expect(ipOf(value, { trustedProxies })).toBe('');
    },
  );
});

test('with tracking disabled there is no address, in development neither', () => {
  expect(ipOf('1.2.3.4', { disableIpTracking: true })).toBe('');
  expect(clientIp({}, { ...settings, disableIpTracking: true }, 'development')).toBe('');
});
