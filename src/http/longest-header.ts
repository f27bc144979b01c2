/**
 * Characters of a header that the server sends. Node's clients accept 16 KiB of headers in all, and many proxies 4 or 8,
 * so one long header would make the whole answer useless.
 */
export const LONGEST_HEADER = 4096;
