import { LONGEST_CHUNKED, readChunked, writeChunked } from '../../src/cookies/chunks.js';

const NAME = 'better-auth.session_data';
const attributes = { maxAge: 300, path: '/', httpOnly: true, sameSite: 'lax' } as const;
const none = new Map<string, string>();
const write = (length: number, carried: ReadonlyMap<string, string> = none) =>
  writeChunked(NAME, 'x'.repeat(length), attributes, carried);
const nameOf = (line: string) => line.slice(NAME.length, line.indexOf('='));

/** Bytes of value in one cookie: 4050 minus `<name>.99=` and the attributes. */
const ROOM = 4050 - `${NAME}.99=; Max-Age=300; Path=/; HttpOnly; SameSite=Lax`.length;

describe('writeChunked', () => {
  it('splits a value whose line would be longer than 4050 bytes', () => {
    expect(write(ROOM).map(nameOf)).toEqual(['']);
    expect(write(ROOM + 1).map(nameOf)).toEqual(['.0', '.1']);
    expect(write(LONGEST_CHUNKED)).toHaveLength(4);
    for (const line of write(LONGEST_CHUNKED)) expect(line.length).toBeLessThanOrEqual(4050);
  });

  it('writes no value that the browser could not send back, but expires the cookies of the request', () => {
    expect(write(LONGEST_CHUNKED + 1)).toEqual([]);
    expect(write(LONGEST_CHUNKED + 1, new Map([[NAME, 'x']]))).toEqual([
      `${NAME}=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax`,
    ]);
  });

  it('expires at most 16 cookies, because a request can carry hundreds with such names', () => {
    const carried = new Map(Array.from({ length: 200 }, (_, index) => [`${NAME}.${index}`, 'x']));
    expect(write(LONGEST_CHUNKED + 1, carried)).toHaveLength(16);
  });

  it('expires the chunks that the new value does not need', () => {
    const carried = new Map([`${NAME}.0`, `${NAME}.1`, `${NAME}.2`, `${NAME}.x`].map((name) => [name, 'x']));
    expect(write(ROOM + 1, carried).map((line) => [nameOf(line), line.includes('Max-Age=0')])).toEqual([
      ['.0', false],
      ['.1', false],
      ['.2', true],
    ]);
    expect(write(5, carried).map(nameOf)).toEqual(['.0', '.1', '.2', '']);
  });
});

describe('readChunked', () => {
  it('joins chunks by number, not by their order in the header', () => {
    const cookies = new Map(
      ['10', '2', '0', '1', '01', 'x', ''].map((index) => [`${NAME}.${index}`, `<${index}>`]),
    );
    expect(readChunked(NAME, cookies)).toBe('<0><1><2><10>');
  });

  it('prefers a value in one cookie to chunks, unless the value is empty', () => {
    const chunks: [string, string][] = [[`${NAME}.0`, 'chunk']];
    expect(readChunked(NAME, new Map([...chunks, [NAME, 'whole']]))).toBe('whole');
    expect(readChunked(NAME, new Map([...chunks, [NAME, '']]))).toBe('chunk');
    expect(readChunked(NAME, none)).toBeUndefined();
  });

  it('reads what writeChunked wrote', () => {
    const cookies = new Map(
      write(ROOM * 3).map((line) => [line.slice(0, line.indexOf('=')), /=([^;]*)/.exec(line)?.[1] ?? '']),
    );
    expect(readChunked(NAME, cookies)).toBe('x'.repeat(ROOM * 3));
  });
});
