import type { NativeAnswer } from './native-answer.js';

/**
 * Lets a provider return to another server. The plugin `oauth-proxy` changes the base URL for that.
 * @param own this server's base URL.
 * @param changed the base URL after the hooks that run before the route.
 */
export function withReturnAddress(answer: NativeAnswer, own: string, changed: string): NativeAnswer {
  if (own === changed) return answer;
  const to = (text: string) => text.replaceAll(parameterOf(own), parameterOf(changed));
  const headers = [...answer.headers].map(([name, value]) => [name, to(value)] as const);
  return { ...answer, headers: new Map(headers), text: to(answer.text) };
}

const parameterOf = (base: string) => `redirect_uri=${encodeURIComponent(`${base}/callback/`)}`;
