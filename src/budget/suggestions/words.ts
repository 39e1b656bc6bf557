import { divide, isZero, toText } from '../../lib/money/decimal.js';
import { counted } from '../../lib/text/amount.js';
import { safeLine } from '../../lib/text/plain.js';
import type { Alternative } from './alternatives.js';

/** `rag / answer`, `rag / answer and 2 more calls`. */
export function callsInWords(calls: readonly { readonly suite: string; readonly name: string }[]): string {
  const [first] = calls;
  if (first === undefined) return '';
  const others = calls.length - 1;
  const named = `${safeLine(first.suite)} / ${safeLine(first.name)}`;
  return others === 0 ? named : `${named} and ${counted(others, 'more call')}`;
}

/** The change, and the sentence about it; `alternatives` are the same change on several calls, the dearest first. */
export function alternativeInWords(alternatives: readonly [Alternative, ...Alternative[]]): {
  readonly action: string;
  readonly message: string;
} {
  const [first] = alternatives;
  const where = callsInWords(alternatives.map(({ suite, before }) => ({ suite, name: before.call.display_name })));
  const model = safeLine(first.model);
  const source = first.after.price.source ?? model;
  const inPlaceOf = (first.before.call.provider?.order ?? []).length > 0 ? ' in place of provider.order' : '';
  switch (first.kind) {
    case 'endpoint': {
      const action = `Set provider.sort: price${inPlaceOf} on ${where}`;
      return { action, message: `${action}: ${source}.` };
    }
    case 'floor': {
      const action = `Ask for ${model}${inPlaceOf} on ${where}`;
      return { action, message: `${action}: ${source}, flex endpoints included.` };
    }
    case 'batch': {
      const action = `Where the answers can wait, ask for ${model} on ${where}`;
      return { action, message: `${action}: it is served through the batch API alone.` };
    }
    case 'previous_model': {
      const now = safeLine(first.before.call.model);
      const action = `Go back to ${model} on ${where}`;
      return { action, message: `${action}: the same requests cost ${factor(first)} times as much on ${now}.` };
    }
  }
}

/** To 2 places; "more than 1" where that rounds to 1. */
function factor({ before, after }: Alternative): string {
  const [now, then] = [before.price.expected, after.price.expected];
  if (now === null || then === null || isZero(then)) return 'many';
  const times = toText(divide(now, then, 2));
  return times === '1' ? 'more than 1' : times;
}
