import { absolute, compare, parseDecimal, subtract, sum, times, ZERO, type Decimal } from '../../lib/money/decimal.js';
import { count, counted, money, signedMoney } from '../../lib/text/amount.js';
import { changesInWords } from '../../budget/comparison/changes.js';
import type { Report, ReportChange } from './schema.js';
import { isZeroAmount } from './wording.js';

/** One line of "What changed": the subject, the change, and its cost. `subject` and ids are untrusted. */
export interface ChangeLine {
  /** `rag-evals / judge`, a file, or a suite. */
  readonly subject: string;
  /** `540 -> 1,800 requests`; names of models in it are untrusted. */
  readonly words: string;
  /** `+$0.77`, or `cost not known`. */
  readonly amount: string;
  readonly moved: Decimal | null;
}

/**
 * Lists what moved the cost, the most expensive first and unknown amounts before all. Entries of one file are one line, and so is
 * a suite that is new or gone.
 */
export function changeLines(report: Report): ChangeLine[] {
  const groups = new Map<string, ReportChange[]>();
  for (const change of report.changes ?? []) {
    const key = keyOf(change, report);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [change]);
    else group.push(change);
  }
  const lines = [...groups.values()].map((group) => lineOf(group, report));
  return lines.toSorted((a, b) =>
    a.moved === null || b.moved === null
      ? Number(b.moved === null) - Number(a.moved === null)
      : compare(b.moved, a.moved),
  );
}

/**
 * The lines to show, at most `most`, and the rest. Lines below a hundredth of the largest move belong to the rest too, where
 * they are several: one row of a data set moves the mean tokens of many calls by a fraction of a cent.
 */
export function splitLines(
  lines: readonly ChangeLine[],
  most: number,
): { readonly shown: readonly ChangeLine[]; readonly rest: readonly ChangeLine[] } {
  const sizes = lines.map(({ moved }) => (moved === null ? null : absolute(moved)));
  const largest = sizes.reduce<Decimal>((max, size) => (size !== null && compare(size, max) > 0 ? size : max), ZERO);
  const isSmall = (index: number): boolean => {
    const size = sizes[index] ?? null;
    return size !== null && compare(times(size, 100), largest) < 0;
  };
  const small = lines.filter((_, index) => isSmall(index));
  const large = small.length < 2 ? lines : lines.filter((_, index) => !isSmall(index));
  const shown = large.slice(0, most);
  return { shown, rest: lines.filter((line) => !shown.includes(line)) };
}

/** `4 more changes, +$0.31 in all`: what the lines that are not shown add up to, and how many of them have no known cost. */
export function moreChanges(lines: readonly ChangeLine[]): string {
  const known = lines.flatMap(({ moved }) => moved ?? []);
  const unknown = lines.length - known.length;
  const more = counted(lines.length, 'more change');
  if (known.length === 0) return `${more}, cost not known`;
  const total = `${more}, ${signedMoney(sum(known))}${lines.length === 1 ? '' : ' in all'}`;
  return unknown === 0 ? total : `${total} without ${count(unknown)} whose cost is not known`;
}

function isWholeSuite({ what, suite }: ReportChange, { suites }: Report): boolean {
  if (what !== 'added' && what !== 'removed') return false;
  return suites.some(({ name, status }) => name === suite && status === what);
}

function keyOf(change: ReportChange, report: Report): string {
  const { what, file, suite, call, part } = change;
  if (file !== null) return JSON.stringify([what, file]);
  return isWholeSuite(change, report)
    ? JSON.stringify([what, suite])
    : JSON.stringify([what, suite, call, part ?? null]);
}

function lineOf(group: readonly ReportChange[], report: Report): ChangeLine {
  const [first] = group.toSorted((a, b) => compare(amountOf(b) ?? ZERO, amountOf(a) ?? ZERO));
  const amounts = group.flatMap((change) => amountOf(change) ?? []);
  const moved = amounts.length < group.length ? null : sum(amounts);
  const amount = moved === null ? 'cost not known' : signedMoney(moved);
  if (first === undefined) return { subject: '', words: '', amount, moved };
  const { suite, call, file } = first;
  const subject = file ?? (isWholeSuite(first, report) ? suite : `${suite} / ${call}`);
  return { subject, words: wordsOf(first, group, report), amount, moved };
}

function amountOf({ per_run: amount }: ReportChange): Decimal | null {
  return amount === null ? null : parseDecimal(amount);
}

function wordsOf(first: ReportChange, group: readonly ReportChange[], report: Report): string {
  if (isWholeSuite(first, report)) {
    const requests = group.reduce((total, { from, to }) => total + Number(from ?? 0) + Number(to ?? 0), 0);
    const word = first.what === 'added' ? 'new' : 'removed';
    return `${word}, ${counted(group.length, 'call')}, ${counted(requests, 'request')}`;
  }
  return changesInWords(first, group);
}

type WorstCaseLine = Pick<ChangeLine, 'words' | 'amount'>;

/**
 * The change of the worst case of a run, as a line of "What changed". It is shown where this change breaks a limit on it, and
 * where the expected cost did not move. Null elsewhere, and where it is the same as at base or not known.
 */
export function worstCaseLine({ head, base, delta, violations }: Report): WorstCaseLine | null {
  const isBroken = violations.some(
    ({ rule, excused, in_base: inBase }) => rule === 'worst_case_per_run' && excused !== true && inBase !== true,
  );
  if (!isBroken && !isZeroAmount(delta?.per_run ?? null)) return null;
  const [after, before] = [head.worst_case_per_run, base?.worst_case_per_run ?? null].map(decimalOrNull);
  if (!after || !before || money(after) === money(before)) return null;
  return { words: `${money(before)} -> ${money(after)}`, amount: signedMoney(subtract(after, before)) };
}

function decimalOrNull(amount: string | null): Decimal | null {
  return amount === null ? null : parseDecimal(amount);
}
