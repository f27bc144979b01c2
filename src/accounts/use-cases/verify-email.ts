import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Audit } from '../../audit/audit.js';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { openingSecrets } from '../../config/keyring.js';
import { openEmailToken, type EmailTokenClaims } from '../../crypto/email-token.js';
import { AuthError, unauthorized } from '../../errors/auth-error.js';
import { Redirect } from '../../http/answer.js';
import type { Client } from '../../http/client.js';
import { isEmailAddress } from '../../http/email-address.js';
import { LENGTHS, Text } from '../../http/fields.js';
import { withQuery } from '../../http/with-query.js';
import type { AuthContext } from '../../sessions/auth-context.js';
import { SessionGates, type SessionCandidate } from '../../sessions/gates/session-gates.js';
import type { Session } from '../../sessions/session.js';
import { keptIf, type SignedIn } from '../../sessions/signed-in.js';
import { CreateSession } from '../../sessions/use-cases/create-session.js';
import type { User } from '../../users/user.js';
import { UsersStore } from '../../users/users.store.js';
import { EmailChange, type EmailChangeClaims, type Followed } from '../email-change.js';
import { EmailProof, type Browser } from '../email-proof.js';
import { lowerCaseAddress } from '../../network/lower-case-address.js';

export class VerifyEmailQuery {
  @Text({ maxLength: LENGTHS.code, description: 'The token of the mailed link' })
  token!: string;

  @Text({ optional: true, description: 'Where the browser goes. An invalid link adds `?error=`' })
  callbackURL?: string;
}

/** The browser that opened the link. */
interface Visitor {
  readonly client: Client;
  readonly auth: AuthContext | undefined;
  readonly remember: boolean;
}

/** Handles a mailed link that verifies an e-mail or changes it (src/accounts/protocol.md, "verify-email"). */
@Injectable()
export class VerifyEmail {
  private readonly secrets: readonly string[];

  constructor(
    private readonly audit: Audit,
    private readonly users: UsersStore,
    private readonly emailChange: EmailChange,
    private readonly gates: SessionGates,
    private readonly createSession: CreateSession,
    private readonly proof: EmailProof,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    // Links signed with an older listed secret stay valid, because they may be in mails already sent.
    this.secrets = openingSecrets(config);
  }

  /**
   * @returns a redirect if the link names a `callbackURL`. If the link is invalid, the redirect has the error code.
   * @throws {AuthError} 401 `TOKEN_EXPIRED`, `INVALID_TOKEN`, `USER_NOT_FOUND`, `INVALID_USER`.
   */
  async execute(query: VerifyEmailQuery, client: Client, browser: Browser): Promise<Followed | Redirect> {
    const { callbackURL } = query;
    const followed = await this.follow(query, client, browser).catch((error: unknown) =>
      sentBack(error, callbackURL),
    );
    if (!callbackURL || followed instanceof Redirect) return followed;
    return new Redirect(callbackURL, followed.parts);
  }

  private async follow(
    { token, callbackURL }: VerifyEmailQuery,
    client: Client,
    browser: Browser,
  ): Promise<Followed> {
    const { requested } = browser;
    const claims = openEmailToken(token, this.secrets);
    if (claims === 'expired') throw unauthorized('TOKEN_EXPIRED');
    if (claims === 'invalid' || !isEmailAddress(claims.email)) throw unauthorized('INVALID_TOKEN');
    if (isChange(claims)) {
      return this.emailChange.follow(claims, { token, callbackURL, client, requested });
    }
    const user = await this.ownerOf(claims);
    if (user.emailVerified) return { user: null, parts: {} };
    await this.proof.begin(user);
    const isSamePerson = await this.proof.isBySamePerson(user, browser);
    const signsIn = this.config.emailVerification.autoSignInAfterVerification;
    const auth = signsIn ? await requested.resolve() : undefined;
    const signedIn = await this.audit.transaction({ client }, async (manager) => {
      // The user has another e-mail now, or was deleted.
      if (!(await this.proof.write(user, { client, isSamePerson }, manager)))
        throw unauthorized('INVALID_TOKEN');
      return signsIn ? this.signIn(user, { client, auth, remember: requested.remember }, manager) : undefined;
    });
    await this.proof.end(user);
    return { user: null, parts: keptIf(signedIn) };
  }

  /** Finds the user for whom the link was made, which may not be the user who has the address now. */
  private async ownerOf({ email, userId }: EmailTokenClaims): Promise<User> {
    const named = userId === undefined ? undefined : await this.users.findById(userId);
    if (named && lowerCaseAddress(named.email) === lowerCaseAddress(email)) return named;
    const user = await this.users.findByEmail(lowerCaseAddress(email));
    if (!user) throw unauthorized('USER_NOT_FOUND');
    if (userId !== undefined && userId !== user.id) throw unauthorized('INVALID_TOKEN');
    return user;
  }

  /** Keeps the client's session if it is this user's. Returns undefined if the client gets no cookies. */
  private async signIn(
    user: User,
    { client, auth, remember }: Visitor,
    manager: EntityManager,
  ): Promise<SignedIn | undefined> {
    const own = auth?.user.id === user.id ? auth : undefined;
    if (own && !own.keepsCookies) return undefined;
    const candidate = { userId: user.id, client, remember: true };
    const session = await (own
      ? this.unlessRefused(own, candidate, manager)
      : this.createSession.unlessRefused(candidate, manager));
    return session && { session, user: { ...user, emailVerified: true }, remember };
  }

  private async unlessRefused(
    { session }: AuthContext,
    candidate: SessionCandidate,
    manager: EntityManager,
  ): Promise<Session | undefined> {
    return (await this.gates.refuse(candidate, manager)) ? undefined : session;
  }
}

const isChange = (claims: EmailTokenClaims): claims is EmailChangeClaims => Boolean(claims.updateTo);

/** @throws the error itself if there is no page to redirect to, or no code to send there. */
function sentBack(error: unknown, callbackURL: string | undefined): Redirect {
  if (!callbackURL || !(error instanceof AuthError) || !error.body?.code) throw error;
  const target = withQuery(callbackURL, { error: error.body.code });
  if (target === undefined) throw error;
  return new Redirect(target);
}
