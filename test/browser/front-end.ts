import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { build } from 'esbuild';

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>A front end on another origin</title>
<link rel="stylesheet" href="/app.css">
</head>
<body><div id="app"></div><script src="/app.js"></script></body>
</html>`;

const STYLE = `
body { font: 16px/1.6 system-ui, sans-serif; margin: 3rem auto; max-width: 40rem; }
input, button { font: inherit; margin: 0 .4rem .4rem 0; padding: .3rem .6rem; }
#session { font-weight: bold; }
`;

export interface FrontEnd {
  readonly port: number;
  stop(): Promise<void>;
}

export interface Site {
  /** The path of the script's source. */
  readonly script: string;
  /** The text of the style sheet. */
  readonly style: string;
  /** The server that answers paths under `/api/`, as behind a proxy. */
  readonly api?: string | undefined;
}

/**
 * Serves the page at every path, its script and its style sheet on 127.0.0.1. Tests open it as `localhost` or as `127.0.0.1`,
 * which are two sites.
 */
export async function startFrontEnd(
  { script, style, api }: Site = { script: 'test/browser/app.jsx', style: STYLE },
): Promise<FrontEnd> {
  const files: Readonly<Record<string, readonly [type: string, content: string]>> = {
    '/app.js': ['text/javascript', await bundle(script)],
    '/app.css': ['text/css', style],
  };
  const server = createServer((asked, response) => {
    const { url = '/' } = asked;
    if (api && url.startsWith('/api/')) return forward(asked, response, api);
    const [type, content] = files[url] ?? ['text/html', PAGE];
    response.setHeader('content-type', type);
    response.end(content);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function forward(from: IncomingMessage, to: ServerResponse, api: string): void {
  const { method, headers } = from;
  const onwards = request(new URL(from.url ?? '/', api), { method, headers }, (answer) => {
    to.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(to);
  });
  onwards.on('error', () => to.destroy());
  from.pipe(onwards);
}

async function bundle(source: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [source],
    bundle: true,
    write: false,
    format: 'iife',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}
