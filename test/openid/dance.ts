import { request as httpRequest, type IncomingMessage } from 'node:http';
import { once } from 'node:events';

/** The address to which the provider sends the browser in the end. */
export interface Return {
  readonly url: URL;
  /** The body that the browser posts there, with `response_mode=form_post`. */
  readonly form?: URLSearchParams;
}

/** The provider needs fewer redirects. More would be a loop. */
const MAX_STEPS = 10;

/**
 * Follows the redirects of the provider like a browser, from the authorization URL until a redirect or a form leaves the
 * provider.
 * @param cookies the browser's cookies for the provider. Pass the same map again for a browser that is still signed in.
 */
export async function danceThrough(
  authorizationUrl: string | URL,
  cookies = new Map<string, string>(),
): Promise<Return> {
  let url = new URL(authorizationUrl);
  const { origin } = url;
  for (let step = 0; step < MAX_STEPS; step++) {
    const answer = await visit(url, cookies);
    const { location } = answer.headers;
    const text = await textOf(answer);
    if (!location) return formIn(text, answer.statusCode);
    url = new URL(location, url);
    if (url.origin !== origin) return { url };
  }
  throw new Error(`The provider did not redirect back within ${MAX_STEPS} steps. Last URL: ${url.href}`);
}

async function visit(url: URL, cookies: Map<string, string>): Promise<IncomingMessage> {
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const request = httpRequest(url, { headers: cookie === '' ? {} : { cookie }, agent: false });
  request.end();
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  for (const line of answer.headers['set-cookie'] ?? []) {
    const [pair = ''] = line.split('; ');
    const equals = pair.indexOf('=');
    cookies.set(pair.slice(0, equals), pair.slice(equals + 1));
  }
  return answer;
}

function formIn(page: string, status: number | undefined): Return {
  const action = /<form[^>]* action="([^"]+)"/.exec(page)?.[1];
  if (!action) throw new Error(`The provider answered ${status} with neither a redirect nor a form: ${page}`);
  const fields = [...page.matchAll(/<input[^>]*\sname="([^"]+)"\s+value="([^"]*)"/g)];
  return {
    url: new URL(unescape(action)),
    form: new URLSearchParams(
      fields.map(([, name = '', value = '']): [string, string] => [name, unescape(value)]),
    ),
  };
}

const unescape = (text: string) =>
  text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&amp;', '&');

async function textOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
