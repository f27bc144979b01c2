import { startProxy, type Proxy } from './proxy.js';

/** A proxy that records the statements that a server runs. */
export interface StatementListener extends Proxy {
  /** In order: the name of each prepared statement, and the text of each other statement. */
  readonly run: string[];
  /** The texts of all statements with parameters, each once. */
  readonly texts: ReadonlySet<string>;
}

export async function listenToStatements(database: string): Promise<StatementListener> {
  const run: string[] = [];
  const texts = new Set<string>();
  const proxy = await startProxy(database, (near, far) => {
    near.on('data', messageReader(run, texts));
    near.pipe(far).pipe(near);
  });
  return { ...proxy, run, texts };
}

/** Parses a client's messages (PostgreSQL's documentation, §55.7). The first one has a length but no type byte. */
function messageReader(run: string[], parsed: Set<string>): (chunk: Buffer) => void {
  let waiting = Buffer.alloc(0);
  let started = false;
  return (chunk) => {
    waiting = Buffer.concat([waiting, chunk]);
    for (;;) {
      const at = started ? 1 : 0;
      const length = waiting.length < at + 4 ? Infinity : at + waiting.readUInt32BE(at);
      if (waiting.length < length) return;
      const type = started ? String.fromCharCode(waiting[0] ?? 0) : 'start';
      const texts = waiting
        .subarray(at + 4, length)
        .toString()
        .split('\0');
      // A Bind message contains the name of a portal and then of the statement, a Parse message that of the statement
      // and then its text. A Query message contains the text.
      if (type === 'B') run.push(texts[1] ?? '');
      if (type === 'P') parsed.add(texts[1] ?? '');
      if (type === 'Q') run.push(texts[0] ?? '');
      started = true;
      waiting = waiting.subarray(length);
    }
  };
}
