/**
 * Returns the name of the value's type as in the protocol's validation messages
 * (src/http/protocol.md, "Validation messages").
 */
export function typeName(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
