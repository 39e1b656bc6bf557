import type { CallEstimate, Estimate, SuiteEstimate } from '../estimate.js';
import type { Manifest } from '../../manifest/manifest.js';
import type { Policy } from '../../manifest/schema.js';
import { compare, times, toText, type Decimal } from '../../lib/money/decimal.js';
import { money, formatDistinct } from '../../lib/text/amount.js';
import { priceTerms, workloadOf } from '../comparison/workload.js';
import { isCapped } from '../pricing/request.js';
import { placeOf, violation, type BrokenRule, type ViolationParts } from './violation.js';
import { RULE_WORDS } from './rule-words.js';
import { matchesPattern } from '../../lib/text/text-pattern.js';

/** The rules of the policy that apply to single calls. A violation names the line of its call in the manifest. */
export function judgeCalls(estimate: Estimate, manifest: Manifest, policy: Policy): BrokenRule[] {
  return estimate.suites.flatMap((suite) =>
    suite.calls.flatMap((call) => {
      const judged: JudgedCall = { manifest, suite, call };
      return [
        ...judgeUnpriced(judged, policy),
        ...judgeIncomplete(judged),
        ...judgeModels(judged, policy),
        ...judgePrices(judged, policy),
        ...judgeCap(judged, policy),
      ];
    }),
  );
}

interface JudgedCall {
  readonly manifest: Manifest;
  readonly suite: SuiteEstimate;
  readonly call: CallEstimate;
}

function judgeUnpriced(judged: JudgedCall, policy: Policy): BrokenRule[] {
  const { price } = judged.call;
  if (price.cause === null) return [];
  return [
    brokenBy(judged, 'model', {
      rule: 'unpriced',
      severity: policy.unpriced,
      message: RULE_WORDS.unpriced.message({ call: nameOf(judged), reason: price.reason ?? 'unknown reason' }),
      remedy: RULE_WORDS.unpriced.remedy({ cause: price.cause }),
    }),
  ];
}

/** A call that has a price but no complete range is a warning, so that it never passes unseen. */
function judgeIncomplete(judged: JudgedCall): BrokenRule[] {
  const { price } = judged.call;
  if (price.state === 'unpriced' || price.incomplete.length === 0) return [];
  return [
    brokenBy(judged, 'model', {
      rule: 'incomplete_price',
      severity: 'warn',
      message: RULE_WORDS.incomplete_price.message({ call: nameOf(judged), reasons: price.incomplete }),
      remedy: RULE_WORDS.incomplete_price.remedy(),
    }),
  ];
}

function judgeModels(judged: JudgedCall, policy: Policy): BrokenRule[] {
  const { allow, deny } = policy.models ?? {};
  return judged.call.price.known_as.flatMap(({ declared, names }) => {
    const denied = deny?.find((pattern) => names.some((name) => matchesPattern(pattern, name)));
    const isAllowed =
      allow === undefined || names.some((name) => allow.some((pattern) => matchesPattern(pattern, name)));
    if (denied === undefined && isAllowed) return [];
    return [
      brokenBy(judged, declared === judged.call.call.model ? 'model' : 'fallback_models', {
        rule: 'model_denied',
        severity: 'fail',
        actual: declared,
        limit: denied ?? (allow ?? []).join(', '),
        message: RULE_WORDS.model_denied.message({ model: declared, call: nameOf(judged), pattern: denied ?? null }),
        remedy: RULE_WORDS.model_denied.remedy(),
      }),
    ];
  });
}

function judgePrices(judged: JudgedCall, policy: Policy): BrokenRule[] {
  const { call, price } = judged.call;
  const models = [
    { model: call.model, key: 'model', prompt: price.prompt_price, completion: price.completion_price },
    ...price.fallback_prices.map((fallback) => ({
      model: fallback.model,
      key: 'fallback_models',
      prompt: fallback.prompt_price,
      completion: fallback.completion_price,
    })),
  ];
  return models.flatMap(({ model, key, prompt, completion }) => [
    ...judgePrice(judged, { rule: 'max_prompt_price', ceiling: policy.max_prompt_price, price: prompt, model, key }),
    ...judgePrice(judged, {
      rule: 'max_completion_price',
      ceiling: policy.max_completion_price,
      price: completion,
      model,
      key,
    }),
  ]);
}

interface PriceCeiling {
  readonly rule: 'max_prompt_price' | 'max_completion_price';
  /** US dollars per million tokens. */
  readonly ceiling: Decimal | undefined;
  /** US dollars per token. */
  readonly price: Decimal | null;
  readonly model: string;
  readonly key: string;
}

function judgePrice(judged: JudgedCall, { rule, ceiling, price, model, key }: PriceCeiling): BrokenRule[] {
  if (ceiling === undefined || price === null) return [];
  const perMillion = times(price, 1_000_000);
  if (compare(perMillion, ceiling) <= 0) return [];
  const shown = formatDistinct(perMillion, ceiling);
  const parts: Omit<ViolationParts, 'suite' | 'call' | 'place'> = {
    rule,
    severity: 'fail',
    actual: toText(perMillion),
    limit: toText(ceiling),
    message: RULE_WORDS[rule].message({ ...shown, model, call: nameOf(judged) }),
    remedy: RULE_WORDS[rule].remedy({ limit: money(ceiling) }),
  };
  // On the same call a cheaper model is an improvement, whichever it is.
  const subject = key === 'model' ? '' : model;
  const baseline = { call: judged.call, subject, amounts: [perMillion], models: [], unpricedCalls: '' };
  return [{ ...brokenBy(judged, key, parts), baseline }];
}

/** Embeddings have no answer that `max_tokens` could cap: their price is capped without any. */
function judgeCap(judged: JudgedCall, policy: Policy): BrokenRule[] {
  const { call, price } = judged.call;
  const isEmbedding = price.capped && !isCapped(call);
  if (!policy.require_max_tokens || call.max_tokens !== undefined || isEmbedding) return [];
  return [
    brokenBy(judged, 'model', {
      rule: 'require_max_tokens',
      severity: 'fail',
      message: RULE_WORDS.require_max_tokens.message({ call: nameOf(judged) }),
      remedy: RULE_WORDS.require_max_tokens.remedy(),
    }),
  ];
}

/** The baseline excuses it only if it made at least as many requests to the same models. */
function brokenBy(
  { manifest, suite, call }: JudgedCall,
  key: string,
  parts: Omit<ViolationParts, 'suite' | 'call' | 'place'>,
): BrokenRule {
  const path = ['suites', suite.name, 'calls', call.call.index, key];
  return {
    violation: violation({
      ...parts,
      suite: suite.name,
      call: call.call.display_name,
      place: placeOf(manifest, path),
    }),
    baseline: {
      call,
      subject: [parts.actual ?? '', call.per_run === null ? priceTerms(call.call) : ''].join(' '),
      amounts: workloadOf(call),
      models: [call.call.model, ...call.call.fallback_models],
      unpricedCalls: '',
    },
  };
}

function nameOf({ suite, call }: JudgedCall): string {
  const name = call.call.name ?? call.call.model;
  return `${suite.name} / ${name}`;
}
