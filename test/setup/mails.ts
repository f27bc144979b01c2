import type { Gatehouse } from './gatehouse.js';

export interface SentMail {
  readonly kind: string;
  readonly to: string;
  readonly url: URL;
  /** Path and query of the link. */
  readonly path: string;
  readonly token: string;
}

/** Reads the mails to this address from the log, where Gatehouse writes them if it has no mail server. */
export function mailsTo(gatehouse: Gatehouse, address: string): SentMail[] {
  return [...gatehouse.log().matchAll(/\bmail ([\w-]+) to ([^\s:]+): (https?:[^\s"\\]+)/g)]
    .map(([, kind = '', to = '', link = '']) => {
      const url = new URL(link);
      const token = url.searchParams.get('token') ?? url.pathname.split('/').at(-1) ?? '';
      return { kind, to, url, path: url.pathname + url.search, token };
    })
    .filter(({ to }) => to === address);
}

/** Waits up to 5 s for mail number `count` to this address and returns it. */
export async function mailTo(gatehouse: Gatehouse, address: string, count = 1): Promise<SentMail> {
  const end = Date.now() + 5000;
  while (mailsTo(gatehouse, address).length < count) {
    if (Date.now() > end) throw new Error(`Mail number ${count} to ${address} did not come within 5 s.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return mailsTo(gatehouse, address)[count - 1] as SentMail;
}
