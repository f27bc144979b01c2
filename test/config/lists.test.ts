import { networks, paths } from '../../src/config/lists.js';

test('removes the slash at the end of paths', () => {
  expect(paths('/sign-up/email, /change-email/')).toEqual(['/sign-up/email', '/change-email']);
});

test.each(['sign-up/email', '/ok?x', '/ok#x', '/', '/a b', 'https://example.com/ok'])(
  'refuses %s as a path',
  (value) => {
    expect(() => paths(value)).toThrow('a list of paths such as /sign-up/email,/change-email');
  },
);

test('accepts addresses and ranges as networks', () => {
  expect(networks('10.0.0.0/8, 2001:db8::1')).toEqual(['10.0.0.0/8', '2001:db8::1']);
});

test.each(['10.0.0.0/40', 'proxy.example.com', '10.0.0.*'])('refuses %s as a network', (value) => {
  expect(() => networks(value)).toThrow('a list of addresses and networks such as 10.0.0.0/8,2001:db8::/32');
});
