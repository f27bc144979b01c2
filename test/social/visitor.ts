import { danceThrough } from '../openid/dance.js';
import { BrowserLikeClient, type Answer } from '../setup/browser-like-client.js';
import type { Gatehouse } from '../setup/gatehouse.js';

/** A browser that is about to come back from the provider. */
export interface Return {
  readonly code: string;
  readonly state: string;
  /** What the state is bound to the id token by, where the provider is asked for one. */
  readonly nonce: string | null;
  /** The callback as the provider wrote it. */
  readonly path: string;
}

/** Somebody with a browser who signs in at a provider. */
export class Visitor {
  constructor(
    { origin }: Pick<Gatehouse, 'origin'>,
    readonly client = new BrowserLikeClient(origin),
  ) {}

  /** @param person who that is at the provider. */
  async begin(provider: string, person = 'verified', body: object = {}): Promise<Return> {
    return this.through(await this.ask('sign-in/social', provider, person, body));
  }

  /** The same to link the account with the user who is signed in. */
  async beginLinking(provider: string, person = 'verified', body: object = {}): Promise<Return> {
    return this.through(await this.ask('link-social', provider, person, body));
  }

  comeBack({ path }: Return): Promise<Answer> {
    return this.client.get(path);
  }

  async signIn(provider: string, person?: string, body?: object): Promise<Answer> {
    return this.comeBack(await this.begin(provider, person, body));
  }

  private ask(route: string, provider: string, loginHint: string, body: object): Promise<Answer> {
    const where = { callbackURL: '/in', errorCallbackURL: '/out' };
    return this.client.post(`/api/auth/${route}`, { provider, loginHint, ...where, ...body });
  }

  private async through(answer: Answer): Promise<Return> {
    const { url } = answer.json<{ url?: string }>();
    if (!url) throw new Error(`nobody was sent to a provider: ${answer.status} ${answer.text}`);
    const back = (await danceThrough(url)).url;
    return {
      code: back.searchParams.get('code') ?? '',
      state: back.searchParams.get('state') ?? '',
      nonce: new URL(url).searchParams.get('nonce'),
      path: back.pathname + back.search,
    };
  }
}
