import { request as httpRequest, type IncomingMessage } from 'node:http';
import { once } from 'node:events';

/** Where the provider sends the browser in the end. */
export interface Return {
  readonly url: URL;
  /** With `response_mode=form_post`: what the browser posts there. */
  readonly form?: URLSearchParams;
}

/** More than any provider needs. */
const MOST_STEPS = 10;

/**
 * Goes through the provider as a browser does, from the authorization URL until it leaves the provider.
 * @param cookies of the provider; kept, they are a browser that is still signed in there.
 */
export async function danceThrough(
  authorizationUrl: string | URL,
  cookies = new Map<string, string>(),
): Promise<Return> {
  let url = new URL(authorizationUrl);
  const { origin } = url;
  for (let step = 0; step < MOST_STEPS; step++) {
    const answer = await visit(url, cookies);
    const { location } = answer.headers;
    const text = await textOf(answer);
    if (!location) return formIn(text, answer.statusCode);
    url = new URL(location, url);
    if (url.origin !== origin) return { url };
  }
  throw new Error(`still at the provider after ${MOST_STEPS} steps: ${url.href}`);
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
  if (!action) throw new Error(`the provider goes no further: ${status} ${page}`);
  const fields = [...page.matchAll(/<input[^>]* name="([^"]+)" value="([^"]*)"/g)];
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
