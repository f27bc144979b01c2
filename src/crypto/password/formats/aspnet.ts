import { isBearablePbkdf2Sql, isWeakPbkdf2Sql, parsedPbkdf2, type Sha } from '../pbkdf2.js';
import { type Format, matchesAnd } from './format.js';

/** The first byte is the version; version 3 then says the hash function, the rounds and the length of the salt. */
const ASPNET = /^A[A-Za-z0-9+/]+(=|==)?$/;
const ASPNET_SHA: readonly Sha[] = ['sha1', 'sha256', 'sha512'];
const ASPNET_V2_ROUNDS = 1000;

export const ASPNET_V3: Format = {
  id: 'aspnet-v3',
  about: 'ASP.NET Core Identity, version 3: PBKDF2',
  example: 'AQAAAAIAAYag…',
  prefix: 'AQAAAA',
  isUsable: (hash) => {
    const bytes = `decode(${hash}, 'base64')`;
    const saltLength = uint32(bytes, 9);
    return matchesAnd(
      hash,
      ASPNET,
      `case when length(${hash}) % 4 = 0 and length(${hash}) >= 40 then
        get_byte(${bytes}, 4) <= 2 and ${saltLength} between 1 and 128 and ${isBearablePbkdf2Sql(
          aspnetSha(bytes),
          uint32(bytes, 5),
          `(length(${bytes}) - 13 - ${saltLength})`,
        )}
      else false end`,
    );
  },
  isWeak: (hash) => {
    const bytes = `decode(${hash}, 'base64')`;
    return isWeakPbkdf2Sql(aspnetSha(bytes), uint32(bytes, 5));
  },
  parse: (stored) => {
    if (!stored.startsWith('AQAAAA') || !ASPNET.test(stored)) return undefined;
    if (stored.length % 4 !== 0 || stored.length < 40) return undefined;
    const bytes = Buffer.from(stored, 'base64');
    const sha = ASPNET_SHA[bytes.readUInt32BE(1)];
    const saltLength = bytes.readUInt32BE(9);
    if (!sha || saltLength < 1 || saltLength > 128) return undefined;
    const digest = bytes.subarray(13 + saltLength);
    return parsedPbkdf2({
      sha,
      rounds: bytes.readUInt32BE(5),
      salt: bytes.subarray(13, 13 + saltLength),
      digest,
      bare: Buffer.concat([bytes.subarray(0, 13 + saltLength), Buffer.alloc(digest.length)]).toString(
        'base64',
      ),
    });
  },
};

const aspnetSha = (bytes: string) =>
  `(case get_byte(${bytes}, 4) when 0 then 'sha1' when 1 then 'sha256' else 'sha512' end)`;
const uint32 = (bytes: string, at: number) =>
  `(get_byte(${bytes}, ${at})::numeric * 16777216 + get_byte(${bytes}, ${at + 1}) * 65536
    + get_byte(${bytes}, ${at + 2}) * 256 + get_byte(${bytes}, ${at + 3}))`;

const V2 = /^A[A-P][A-Za-z0-9+/]+==$/;

/** No letters of its own, but its length is unusual: 49 bytes. */
export const ASPNET_V2: Format = {
  id: 'aspnet-v2',
  about: 'ASP.NET Identity, version 2: PBKDF2',
  example: 'AFcg3t2g…',
  isUsable: (hash) => `length(${hash}) = 68 and ${hash} ~ '${V2.source}'`,
  isWeak: () => 'true',
  parse: (stored) => {
    if (stored.length !== 68 || !V2.test(stored)) return undefined;
    const bytes = Buffer.from(stored, 'base64');
    return parsedPbkdf2({
      sha: 'sha1',
      rounds: ASPNET_V2_ROUNDS,
      salt: bytes.subarray(1, 17),
      digest: bytes.subarray(17),
      bare: Buffer.concat([bytes.subarray(0, 17), Buffer.alloc(32)]).toString('base64'),
    });
  },
};
