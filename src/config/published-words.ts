/** The words of which documentation, templates and tutorials make their example secrets. */
const WORDS = new Set(
  `a an and any app application at auth authentication authorization base be better bit bits bytes cat change changeit
   changeme changethis char character characters chars code complex create default do encryption enter env example
   express fastapi fixme for generate generated here hs in insecure insert instead is it jwt keep key keyboard laravel
   least length long longer make minimum modified must my nest nestjs next nextauth node not of openssl or outside
   paste placeholder please private prod production put qwerty qwertyuiop rand random really replace replaceme rs
   safe secret secretkey secure session set should sign signing so some something source string strong super
   supersecret symmetric the this to todo token top ultra update use using value very with you your abcdefgh
   abcdefghijklmnopqrstuvwxyz password pass phrase passphrase asdfghjkl zxcvbnm hello world`.split(/\s+/),
);

const LONGEST = Math.max(...[...WORDS].map(({ length }) => length));
/** The least part of an example secret that is letters. */
const LETTERS = 0.4;
const LEET: Readonly<Record<string, string>> = {
  0: 'o',
  1: 'i',
  3: 'e',
  4: 'a',
  5: 's',
  7: 't',
  '@': 'a',
  $: 's',
};

/** Words that ask the reader to put in another secret. */
const ASKS_FOR_ANOTHER =
  /change|modif|replace|your|you|example|placeholder|insert|instead|paste|enter|generate|default|todo|fixme|insecure/;
/** A text of this length that only consists of such words may be somebody's own sentence. */
const SENTENCE = 32;

/**
 * True if the text has only words of example secrets, such as `my-secret-key-123` or `CHANGE_ME`. Digits and signs do not
 * count, and neither does replacing letters by digits. A longer text must also ask for another secret.
 */
export function isPlaceholder(text: string): boolean {
  const lower = text.toLowerCase();
  // A random hexadecimal number can look like `ada5e`.
  if (/^[0-9a-f]+$/.test(lower)) return false;
  const spelt = lower.replace(/[013457@$]/g, (sign) => LEET[sign] ?? '');
  return [lower, spelt].some((candidate) => {
    const letters = candidate.replace(/[^a-z]/g, '');
    if (letters.length < text.length * LETTERS || !isChain(letters)) return false;
    return text.length < SENTENCE || ASKS_FOR_ANOTHER.test(letters);
  });
}

/** True if words follow each other without a gap. */
function isChain(letters: string): boolean {
  const reached = new Set([0]);
  for (let end = 1; end <= letters.length; end += 1) {
    for (let start = Math.max(0, end - LONGEST); start < end; start += 1) {
      if (reached.has(start) && WORDS.has(letters.slice(start, end))) reached.add(end);
    }
  }
  return reached.has(letters.length);
}
