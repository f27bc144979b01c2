// Answers in the place of two services on the internet, which tests cannot reach. Both servers load it before anything else.
import { createHash } from 'node:crypto';

/** The service knows this password from a breach. */
const BREACHED = 'breached password';

const sha1 = (text) => createHash('sha1').update(text).digest('hex').toUpperCase();

/** The suffixes of the hashes that begin as asked (api.pwnedpasswords.com/range). */
function range(prefix) {
  const hash = sha1(BREACHED);
  const others = ['00000000000000000000000000000000000:1', '0018A45C4D1DEF81644B54AB7F969B88D65:10'];
  return [...others, ...(hash.startsWith(prefix) ? [`${hash.slice(5)}:3861493`] : [])].join('\r\n');
}

/** hCaptcha accepts one token. */
async function siteVerify(body) {
  const given = new URLSearchParams(typeof body === 'string' ? body : (body ?? '').toString());
  return Response.json({ success: given.get('secret') === 'secret' && given.get('response') === 'solved' });
}

const real = globalThis.fetch;

globalThis.fetch = async (input, init) => {
  const request = new Request(input, init);
  const { hostname, pathname } = new URL(request.url);
  if (hostname === 'api.pwnedpasswords.com') return new Response(range(pathname.split('/').at(-1) ?? ''));
  if (hostname.endsWith('hcaptcha.com')) return siteVerify(await request.text());
  return real(input, init);
};
