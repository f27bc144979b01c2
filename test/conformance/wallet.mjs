import { secp256k1 } from '@noble/curves/secp256k1.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';

/** The key of the wallet of the tests. Anybody may know it. */
const KEY = keccak_256(utf8ToBytes('the wallet of the tests'));

/** The hash that a wallet signs (ERC-191, version 0x45). */
const hashOf = (message) =>
  keccak_256(utf8ToBytes(`\x19Ethereum Signed Message:\n${utf8ToBytes(message).length}${message}`));

/** The last 20 bytes of the hash of the public key, as hexadecimal digits. */
const addressOf = (publicKey) => `0x${bytesToHex(keccak_256(publicKey.toBytes(false).slice(1)).slice(-20))}`;

/** The address of the wallet of the tests, in lower case. */
export const ADDRESS = addressOf(secp256k1.Point.fromBytes(secp256k1.getPublicKey(KEY)));

/** Signs as a wallet does with `personal_sign`: r, s and v (27 or 28), as hexadecimal digits. */
export function signMessage(message) {
  const [recovery, ...both] = secp256k1.sign(hashOf(message), KEY, { prehash: false, format: 'recovered' });
  return `0x${bytesToHex(Uint8Array.from([...both, 27 + recovery]))}`;
}

/** The address of the wallet that signed, or undefined if the text is not a signature. */
export function signerOf(message, signature) {
  try {
    const bytes = hexToBytes(signature.slice(2));
    const recovered = Uint8Array.from([bytes[64] - 27, ...bytes.slice(0, 64)]);
    return addressOf(secp256k1.Signature.fromBytes(recovered, 'recovered').recoverPublicKey(hashOf(message)));
  } catch {
    return undefined;
  }
}
