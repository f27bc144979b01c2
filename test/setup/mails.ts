import type { Gatehouse } from './gatehouse.js';

export interface SentMail {
  readonly kind: string;
  readonly to: string;
  readonly url: URL;
  /** Of the link: what a client asks this server for. */
  readonly path: string;
  readonly token: string;
}

/** What has been mailed to this address so far; without a mail server the log has it. */
export function mailsTo(gatehouse: Gatehouse, address: string): SentMail[] {
  return [...gatehouse.log().matchAll(/\bmail ([\w-]+) to ([^\s:]+): (https?:[^\s"\\]+)/g)]
    .map(([, kind = '', to = '', link = '']) => {
      const url = new URL(link);
      const token = url.searchParams.get('token') ?? url.pathname.split('/').at(-1) ?? '';
      return { kind, to, url, path: url.pathname + url.search, token };
    })
    .filter(({ to }) => to === address);
}

/** The newest mail to this address, once there are so many. */
export async function mailTo(gatehouse: Gatehouse, address: string, count = 1): Promise<SentMail> {
  const end = Date.now() + 5000;
  while (mailsTo(gatehouse, address).length < count) {
    if (Date.now() > end) throw new Error(`no mail number ${count} to ${address}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return mailsTo(gatehouse, address)[count - 1] as SentMail;
}
