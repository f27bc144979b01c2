// The fuzz test loads this into the server, so that it can measure the memory that is really in use.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
process.on('SIGUSR2', () => {
  collect();
  process.stdout.write('garbage collected\n');
});
