const LITERAL = String.raw`E'(?:[^'\\]|\\.|'')*'::(?:character varying|varchar|text|uuid|integer|bigint)(?:\(\d+\))?`;
const ROW_POSITION = String.raw`'\(\d+,\d+\)'::tid`;
const RANGE = new RegExp(
  String.raw`(?:\S+ >=? (?:${LITERAL}|${ROW_POSITION}) and )?(\S+) <=? (?:${LITERAL}|${ROW_POSITION})`,
  'g',
);

/** Replaces the limits of a batch by `<batch>`, so that all batches have one text. Undefined if the statement has none. */
export function withoutRange(sql: string): string | undefined {
  const general = sql.replaceAll(RANGE, '$1 in <batch>');
  return general === sql ? undefined : general;
}
