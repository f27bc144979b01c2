/** The style of the page. The content security policy allows it by its hash. */
export const ERROR_PAGE_STYLE = `
body { font: 16px/1.5 system-ui, sans-serif; display: grid; place-content: center; min-height: 100vh; margin: 0; padding: 1rem; }
code { background: #8882; padding: .1em .4em; border-radius: .2em; }
`;

/**
 * Returns the page that the server shows if an error has no other page (src/pages/protocol.md, "Error page").
 * @param description HTML.
 */
export function errorPage(code: string, description: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Error</title>
<style>${ERROR_PAGE_STYLE}</style>
</head>
<body>
<main>
<h1>ERROR</h1>
<p><strong>Something went wrong</strong></p>
<p>CODE: <code>${escapeHtml(code)}</code></p>
<p>${description}</p>
<p><a href="https://better-auth.com/docs/reference/errors/${encodeURIComponent(code)}">What this code means</a> · <a href="/">Go Home</a></p>
</main>
</body>
</html>
`;
}

/** Returns the text if it is an error code, otherwise `UNKNOWN`. Only this value may be written into a page or URL. */
export function errorCode(text: string | undefined): string {
  return text && /^['A-Za-z0-9_-]+$/.test(text) ? text : 'UNKNOWN';
}

/**
 * Adds parameters at the end of the query and before the fragment.
 * @param page a URL, or a path that begins with one slash.
 */
export function addParameters(page: string, parameters: URLSearchParams): string {
  const base = 'http://localhost';
  const isPath = page.startsWith('/');
  const url = new URL(page, isPath ? base : undefined);
  const separator = url.search === '' || url.search.endsWith('&') ? '' : '&';
  url.search = `${url.search}${separator}${parameters.toString()}`;
  return isPath ? url.href.slice(base.length) : url.href;
}

const ENTITIES: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Escapes text for HTML. Keeps entities that are already there. */
export function escapeHtml(text: string): string {
  return text
    .replace(/[<>"']/g, (character) => ENTITIES[character] ?? character)
    .replace(/&(?!(?:[a-z]+|#\d+|#x[\da-f]+);)/gi, '&amp;');
}
