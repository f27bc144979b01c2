const LITERAL = String.raw`E'(?:[^'\\]|\\.|'')*'::(?:character varying|varchar|text|uuid|integer|bigint)(?:\(\d+\))?`;
const PLACE = String.raw`'\(\d+,\d+\)'::tid`;
const RANGE = new RegExp(
  String.raw`(?:\S+ >=? (?:${LITERAL}|${PLACE}) and )?(\S+) <=? (?:${LITERAL}|${PLACE})`,
  'g',
);

/** A statement of a backfill without what its batch begins and ends with; undefined for any other. */
export function withoutRange(sql: string): string | undefined {
  const general = sql.replaceAll(RANGE, '$1 in <batch>');
  return general === sql ? undefined : general;
}
