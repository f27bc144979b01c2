import { debuglog, parseArgs } from 'node:util';
import { StartupFault } from '../errors/startup-fault.js';
import { isMigrationFault } from '../migrating/migration-fault.js';
import { warnIfStale } from './stale-build.js';

/** A program that an operator starts from a shell. */
export interface Command<Flag extends string> {
  /** The words that the operator types, such as `npm run demo`. */
  readonly typed: string;
  /** One sentence. */
  readonly about: string;
  /** Flags without their dashes, and what each does. */
  readonly flags: Readonly<Record<Flag, string>>;
  /** Names of options that have a value, and what each is. */
  readonly values?: Readonly<Record<string, string>>;
  /** Words that may come first, and what each does. The first one is the default. */
  readonly actions?: Readonly<Record<string, string>>;
  /** Meanings of the exit codes 0 and 1. */
  readonly exits: { readonly 0: string; readonly 1: string };
  /** The exit code; undefined for a program that keeps running. */
  run(given: Given<Flag>): Promise<0 | 1 | undefined>;
}

export interface Given<Flag extends string> {
  readonly flags: Readonly<Record<Flag, boolean>>;
  readonly values: Readonly<Record<string, string | undefined>>;
  /** Empty if the program has none. */
  readonly action: string;
}

/** The exit code of wrong arguments. */
const WRONG_USAGE = 2;

/** Prints the stack of an error for developers of this server. */
const debug = debuglog('gatehouse');

/** Reads the arguments and runs the program. If it fails, prints one message without a stack trace. */
export async function runCommand<Flag extends string>(command: Command<Flag>): Promise<void> {
  const words = process.argv.slice(2);
  if (words.includes('--help') || words.includes('-h')) {
    process.stdout.write(describeUsage(command));
    return;
  }
  try {
    const given = readArguments(command, words);
    await warnIfStale();
    process.exitCode = await command.run(given);
  } catch (error) {
    endWith(command, error);
  }
}

function endWith(command: Command<string>, error: unknown): never {
  debug('%O', error);
  process.stderr.write(`${describeFault(command, error)}\n`);
  process.exit(error instanceof WrongUsage ? WRONG_USAGE : 1);
}

class WrongUsage extends Error {}

function readArguments<Flag extends string>(command: Command<Flag>, words: readonly string[]): Given<Flag> {
  const names = Object.keys(command.flags) as Flag[];
  const { tokens } = parseArgs({
    args: [...words],
    options: Object.fromEntries([
      ...names.map((name) => [name, { type: 'boolean' }] as const),
      ...Object.keys(command.values ?? {}).map((name) => [name, { type: 'string' }] as const),
    ]),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const actions = Object.keys(command.actions ?? {});
  let action: string | undefined;
  const flags = Object.fromEntries(names.map((name) => [name, false])) as Record<Flag, boolean>;
  const values: Record<string, string> = {};
  for (const token of tokens) {
    if (token.kind === 'option' && names.includes(token.name as Flag) && token.value === undefined) {
      flags[token.name as Flag] = true;
    } else if (token.kind === 'option' && command.values?.[token.name] && token.value) {
      values[token.name] = token.value;
    } else if (token.kind === 'positional' && action === undefined && actions.includes(token.value)) {
      action = token.value;
    } else {
      const word = words[token.index] ?? '';
      throw new WrongUsage(`${command.typed} does not know the argument "${word}". ${firstLine(command)}`);
    }
  }
  return { flags, values, action: action ?? actions[0] ?? '' };
}

function describeFault({ typed }: Command<string>, error: unknown): string {
  const expected = error instanceof StartupFault || error instanceof WrongUsage || isMigrationFault(error);
  if (expected) return error.message;
  const message = error instanceof Error ? error.message : String(error);
  return `${typed} stopped: ${message}. To see where: NODE_DEBUG=gatehouse ${typed}`;
}

function firstLine({ typed, flags, values = {}, actions = {} }: Command<string>): string {
  const words = [
    ...(Object.keys(actions).length > 0 ? [`[${Object.keys(actions).join('|')}]`] : []),
    ...Object.keys(values).map((name) => `[--${name}=…]`),
    ...Object.keys(flags).map((flag) => `[--${flag}]`),
  ];
  // npm passes only the words after "--" to the program.
  return `Usage: ${typed}${words.length > 0 ? ` -- ${words.join(' ')}` : ''}`;
}

function describeUsage(command: Command<string>): string {
  const { about, flags, values = {}, actions = {}, exits } = command;
  const list = (title: string, entries: readonly (readonly [string, string])[]) =>
    entries.length === 0 ? [] : ['', title, ...entries.map(([name, text]) => `  ${name.padEnd(20)} ${text}`)];
  return [
    firstLine(command),
    about,
    ...list('Actions:', Object.entries(actions)),
    ...list('Options:', [
      ...Object.entries(values).map(([name, text]) => [`--${name}=…`, text] as const),
      ...Object.entries(flags).map(([flag, text]) => [`--${flag}`, text] as const),
      ['--help', 'Show this text.'],
    ]),
    ...list('Exit codes:', [
      ['0', exits[0]],
      ['1', exits[1]],
      [String(WRONG_USAGE), 'The arguments are wrong.'],
    ]),
    '',
  ].join('\n');
}
