import { danceThrough } from '../openid/dance.js';
import { BrowserLikeClient, type Answer } from '../setup/browser-like-client.js';
import type { Gatehouse } from '../setup/gatehouse.js';

/** A browser that is about to come back from the provider. */
export interface Return {
  readonly code: string;
  readonly state: string;
  /** The nonce that binds the id token to the state. Null if the provider gets none. */
  readonly nonce: string | null;
  /** Path and query of the callback, as the provider wrote them. */
  readonly path: string;
}

/** A person with a browser who signs in at a provider. */
export class Visitor {
  constructor(
    { origin }: Pick<Gatehouse, 'origin'>,
    readonly client = new BrowserLikeClient(origin),
  ) {}

  /** @param person the provider's id of the person. */
  async begin(provider: string, person = 'verified', body: object = {}): Promise<Return> {
    return this.through(await this.ask('sign-in/social', provider, person, body));
  }

  /** Like `begin`, but links the account to the signed-in user. */
  async beginLinking(provider: string, person = 'verified', body: object = {}): Promise<Return> {
    return this.through(await this.ask('link-social', provider, person, body));
  }

  comeBack({ path }: Return): Promise<Answer> {
    return this.client.get(path);
  }

  async signIn(provider: string, person?: string, body?: object): Promise<Answer> {
    return this.comeBack(await this.begin(provider, person, body));
  }

  async comeBackFromLinking(provider: string, person?: string): Promise<Answer> {
    return this.comeBack(await this.beginLinking(provider, person));
  }

  private ask(route: string, provider: string, loginHint: string, body: object): Promise<Answer> {
    const where = { callbackURL: '/in', errorCallbackURL: '/out' };
    return this.client.post(`/api/auth/${route}`, { provider, loginHint, ...where, ...body });
  }

  private async through(answer: Answer): Promise<Return> {
    const { url } = answer.json<{ url?: string }>();
    if (!url) throw new Error(`the answer has no url of a provider: ${answer.status} ${answer.text}`);
    const back = (await danceThrough(url)).url;
    return {
      code: back.searchParams.get('code') ?? '',
      state: back.searchParams.get('state') ?? '',
      nonce: new URL(url).searchParams.get('nonce'),
      path: back.pathname + back.search,
    };
  }
}
