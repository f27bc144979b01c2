/**
 * Encodes a value for the query of a URL. Replaces half surrogate pairs, at which `encodeURIComponent` throws. An exception
 * for users who exist would reveal that they do.
 */
export const encodeParameter = (value: string): string =>
  encodeURIComponent(value.replaceAll(/\p{Surrogate}/gu, '\ufffd'));
