/**
 * The answer of a plugin for a client that holds a JWT, which must not get a token that is valid for longer than the JWT.
 * The current session has the JWT in the place of its token, every other session its id, as in `list-sessions`.
 */
export function withoutSessionTokens(text: string, current: { token: string; jwt: string }): string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return text;
  }
  let changed = false;
  const shown = JSON.stringify(parsed, (_, value: unknown) => {
    const token = tokenOf(value);
    if (token === undefined) return value;
    changed = true;
    const { id } = value as { id: unknown };
    return { ...(value as object), token: token === current.token ? current.jwt : id };
  });
  return changed ? shown : text;
}

/** The token of a session. JSON of plugins has other objects with a `token` too. */
function tokenOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { token, userId, expiresAt, id } = value as Record<string, unknown>;
  const isSession =
    typeof token === 'string' && token !== id && userId !== undefined && expiresAt !== undefined;
  return isSession ? token : undefined;
}
