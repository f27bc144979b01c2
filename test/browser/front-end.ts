import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { build } from 'esbuild';

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>A front end on another origin</title>
<style>
body { font: 16px/1.6 system-ui, sans-serif; margin: 3rem auto; max-width: 40rem; }
input, button { font: inherit; margin: 0 .4rem .4rem 0; padding: .3rem .6rem; }
#session { font-weight: bold; }
</style>
</head>
<body><div id="app"></div><script src="/app.js"></script></body>
</html>`;

export interface FrontEnd {
  readonly port: number;
  stop(): Promise<void>;
}

/** Serves the page and its script on 127.0.0.1. Tests open it as `localhost` or as `127.0.0.1`, which are two sites. */
export async function startFrontEnd(): Promise<FrontEnd> {
  const script = await bundle();
  const server = createServer((request, response) => {
    const isScript = request.url === '/app.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? script : PAGE);
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

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: ['test/browser/app.jsx'],
    bundle: true,
    write: false,
    format: 'iife',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}
