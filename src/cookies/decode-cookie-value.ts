/** The URL-decoded text, or the text unchanged if its encoding is invalid. Never throws. */
export function decodeCookieValue(raw: string): string {
  try {
    return decodeURIComponent(raw);
  } catch {
    return raw;
  }
}
