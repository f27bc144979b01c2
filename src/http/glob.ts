/** One step of a pattern: takes one character, or any number of them, or lets the next steps be left out. */
type Step =
  | { readonly takes: 'one' | 'any'; readonly fits: (character: string) => boolean }
  | { readonly skips: number };

const equal = (wanted: string): Step => ({ takes: 'one', fits: (character) => character === wanted });
const inSegment = (character: string) => character !== '/';
const always = () => true;

/**
 * A pattern with wildcards that takes time in proportion to the text. A regular expression with two wildcards takes
 * time in proportion to the square of the text, so one long text could stop the server for seconds.
 */
export class Glob {
  private constructor(private readonly steps: readonly Step[]) {}

  /** `*` matches any number of characters except `/`. `?` matches one of them. */
  static ofText(pattern: string): Glob {
    return new Glob(stepsOf(pattern));
  }

  /** The same for a path. A segment `**` matches any number of segments, and at the end any text. */
  static ofPath(pattern: string): Glob {
    return new Glob(pattern.split('/').flatMap(segmentSteps));
  }

  matches(text: string): boolean {
    let states = this.reached([0]);
    for (let at = 0; at < text.length && states.size > 0; at += 1) {
      states = this.reached(this.after(states, text[at] ?? ''));
    }
    return states.has(this.steps.length);
  }

  private after(states: ReadonlySet<number>, character: string): number[] {
    const next: number[] = [];
    for (const state of states) {
      const step = this.steps[state];
      if (step && 'takes' in step && step.fits(character))
        next.push(step.takes === 'any' ? state : state + 1);
    }
    return next;
  }

  /** Adds the steps that can be reached without taking a character. */
  private reached(states: readonly number[]): Set<number> {
    const all = new Set<number>();
    const waiting = [...states];
    for (let state = waiting.pop(); state !== undefined; state = waiting.pop()) {
      if (all.has(state)) continue;
      all.add(state);
      const step = this.steps[state];
      if (step && 'skips' in step) waiting.push(state + 1, state + 1 + step.skips);
      else if (step?.takes === 'any') waiting.push(state + 1);
    }
    return all;
  }
}

const stepsOf = (text: string): Step[] =>
  Array.from(text.replaceAll(/\*+/g, '*').split(''), (character): Step => {
    if (character === '*') return { takes: 'any', fits: inSegment };
    return character === '?' ? { takes: 'one', fits: inSegment } : equal(character);
  });

const SLASHES: Step = { takes: 'any', fits: (character) => character === '/' };
const ANY_TEXT: Step = { takes: 'any', fits: always };
/** Any number of whole segments with the slash after each. */
const SEGMENTS: readonly Step[] = [{ skips: 2 }, ANY_TEXT, equal('/')];

function segmentSteps(segment: string, index: number, segments: readonly string[]): Step[] {
  const isLast = index === segments.length - 1;
  if (segment === '' && index > 0) return [];
  if (segment !== '**') return [...stepsOf(segment), ...separatorAfter(segments, index)];
  if (isLast) return [ANY_TEXT];
  if (segments[index + 1] === '**') return [];
  return index === 0 ? [...SEGMENTS] : [equal('/'), ...SEGMENTS];
}

function separatorAfter(segments: readonly string[], index: number): Step[] {
  if (index === segments.length - 1) return [SLASHES];
  return segments[index + 1] === '**' ? [] : [equal('/'), SLASHES];
}
