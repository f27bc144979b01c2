import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** Colours a text for standard output. Returns it unchanged if that is no terminal, or if NO_COLOR is set. */
export function paint(style: Style, text: string): string {
  const coloured = process.stdout.isTTY && !process.env['NO_COLOR'];
  return coloured ? styleText(style, text) : text;
}
