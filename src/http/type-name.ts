/** The names the protocol's validation texts use for types (protocol.md §4.3). */
export function typeName(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
