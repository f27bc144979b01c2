/**
 * The values of a callback's `error` when the server, not the provider, refuses
 * (src/social/protocol.md, "callback").
 */
export type RefusalCode =
  | 'account_already_linked_to_different_user'
  | 'account_not_linked'
  | 'email_does_not_match'
  | 'email_not_found'
  | 'email_not_verified'
  | 'internal_server_error'
  | 'invalid_code'
  | 'issuer_mismatch'
  | 'issuer_missing'
  | 'no_callback_url'
  | 'no_code'
  | 'nonce_binding_missing'
  | 'oauth_provider_not_found'
  | 'signup_disabled'
  | 'state_invalid'
  | 'state_mismatch'
  | 'state_not_found'
  | 'unable_to_create_user'
  | 'unable_to_get_user_info'
  | 'unable_to_link_account'
  | 'unable_to_update_account';

/** Ends a sign-in or a linking at a provider. Thrown in a transaction, it rolls back what was written. */
export class ProviderRefusal extends Error {
  override readonly name = 'ProviderRefusal';

  constructor(
    readonly code: RefusalCode,
    /** For the log. It contains nothing that a provider or a client sent. */
    readonly reason: string,
  ) {
    super(code);
  }
}
