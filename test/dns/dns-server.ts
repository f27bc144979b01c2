import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** A real DNS server that knows TXT records only. */
export interface DnsServer {
  /** The texts of each name. */
  readonly records: Map<string, string[]>;
  /** Makes a Node program ask this server. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): void;
}

const TXT = 16;
const INTERNET = 1;
/** Bytes before the question. */
const HEADER = 12;
/** An answer, which the server itself knows, to a recursive question (RFC 1035 §4.1.1). */
const ANSWER = 0x8580;
const NO_SUCH_NAME = 3;

export async function startDnsServer(): Promise<DnsServer> {
  const records = new Map<string, string[]>();
  const socket = createSocket('udp4');
  socket.on('message', (question, { port, address }) => {
    socket.send(answerTo(question, records), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    records,
    environment: {
      NODE_OPTIONS: `--import=${new URL('use-dns-server.mjs', import.meta.url).href}`,
      DNS_SERVER: `127.0.0.1:${socket.address().port}`,
    },
    stop: () => socket.close(),
  };
}

function answerTo(message: Buffer, records: ReadonlyMap<string, string[]>): Buffer {
  const labels: string[] = [];
  let at = HEADER;
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  // The empty label, the type and the class.
  const question = message.subarray(HEADER, at + 5);
  const isText = message.readUInt16BE(at + 1) === TXT;
  const texts = records.get(labels.join('.').toLowerCase());
  const answers = isText ? (texts ?? []).map(recordOf) : [];
  const head = Buffer.alloc(HEADER);
  head.writeUInt16BE(message.readUInt16BE(0), 0);
  head.writeUInt16BE(ANSWER | (texts ? 0 : NO_SUCH_NAME), 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(answers.length, 6);
  return Buffer.concat([head, question, ...answers]);
}

/** The name is that of the question, which starts at byte 12. */
function recordOf(text: string): Buffer {
  const parts = text.match(/.{1,255}/gs) ?? [''];
  const data = Buffer.concat(
    parts.map((part) => Buffer.from(String.fromCharCode(part.length) + part, 'latin1')),
  );
  const head = Buffer.alloc(12);
  head.writeUInt16BE(0xc000 | HEADER, 0);
  head.writeUInt16BE(TXT, 2);
  head.writeUInt16BE(INTERNET, 4);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}
