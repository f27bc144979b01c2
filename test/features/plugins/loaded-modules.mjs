// For `node --import`: prints the URL of each module of the published library and of its host when it is compiled. The
// inspector also sees the modules that `require` loads; the hooks of `node:module` do not.
import { writeSync } from 'node:fs';
import { Session } from 'node:inspector';

const STDERR = 2;
const HOSTED = /\/node_modules\/better-auth\/|\/dist\/src\/features\/plugins\//;

const session = new Session();
session.connect();
session.on('Debugger.scriptParsed', ({ params: { url } }) => {
  if (HOSTED.test(url)) writeSync(STDERR, `loaded ${url}\n`);
});
session.post('Debugger.enable');
