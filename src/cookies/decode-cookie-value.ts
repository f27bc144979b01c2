/** The URL-decoded text, or the text itself when it is not validly encoded; never throws. */
export function decodeCookieValue(raw: string): string {
  try {
    return decodeURIComponent(raw);
  } catch {
    return raw;
  }
}
