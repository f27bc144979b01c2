import { networks, paths } from '../../src/config/lists.js';

test('paths are taken without the slash at their end', () => {
  expect(paths('/sign-up/email, /change-email/')).toEqual(['/sign-up/email', '/change-email']);
});

test.each(['sign-up/email', '/ok?x', '/ok#x', '/', '/a b', 'https://example.com/ok'])(
  '%s is no path',
  (value) => {
    expect(() => paths(value)).toThrow('a list of paths such as /sign-up/email,/change-email');
  },
);

test('networks are addresses and ranges', () => {
  expect(networks('10.0.0.0/8, 2001:db8::1')).toEqual(['10.0.0.0/8', '2001:db8::1']);
});

test.each(['10.0.0.0/40', 'proxy.example.com', '10.0.0.*'])('%s is no network', (value) => {
  expect(() => networks(value)).toThrow('a list of addresses and networks such as 10.0.0.0/8,2001:db8::/32');
});
