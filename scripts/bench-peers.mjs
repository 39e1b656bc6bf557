/**
 * `npm run bench:peers`: this product and other packages for Node on real charges, as a Markdown table for
 * docs/performance.md. The charges are read from `../shared/openrouter-data` beside the checkout; without them the exit
 * code is 2. The packages are installed from npm into a temporary folder. This product must give the charged amount to
 * its last digit; the others, which count in binary floating point, within $0.000000001.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { hasOpenRouterData, priceOfCharge, realCharges } from '../__tests__/support/openrouter-data.js';
import { installPeers } from '../__tests__/support/peers.js';
import { toText } from '../src/lib/money/decimal.js';

const TOLERANCE = 1e-9;

const PACKAGES = [
  '@pydantic/genai-prices@0.1.8',
  'llm-pricing@0.18.0',
  'token-costs@3.5.0',
  'tokenlens@1.3.1',
  'llm-cost-calculator@1.0.2',
  'llm-cost@1.0.5',
];

/** Packages that accept no prices of the caller's: what they get wrong says nothing of their arithmetic. */
const WITH_OWN_RATES = new Set(['llm-cost@1.0.5']);

if (!hasOpenRouterData) {
  process.stderr.write(
    'bench:peers needs ../shared/openrouter-data/charges.jsonl beside the checkout: one JSON object per line with ' +
      'model, date, the tokens of the request, "pricing" as listed on that date, and "charged" in dollars.\n',
  );
  process.exit(2);
}

/**
 * Ways to count a part of a request otherwise than it is billed. Each takes dollars per token and tokens, and gives what
 * the amount differs by from the bill.
 */
const ERRORS = [
  {
    reason: 'cached tokens at the full price',
    differs: ({ read, prompt, cached }) => cached * (prompt - read),
  },
  {
    reason: 'cached tokens counted twice, at the full price and at their own',
    differs: ({ prompt, cached }) => cached * prompt,
  },
  {
    reason: 'tokens written to the cache at the prompt price',
    differs: ({ write, prompt, written }) => written * (prompt - write),
  },
  {
    reason: 'tokens written to the cache counted twice',
    differs: ({ prompt, written }) => written * prompt,
  },
  {
    reason: 'reasoning tokens counted twice',
    differs: ({ completion, reasoning }) => reasoning * completion,
  },
  {
    reason: 'web searches left out',
    differs: ({ search, searches }) => -search * searches,
  },
];

const charges = realCharges();
const peers = await installPeers(PACKAGES);
try {
  const script = readFileSync(fileURLToPath(new URL('bench/peer-prices.mjs', import.meta.url)), 'utf8');
  const ended = await peers.runScript(script, { stdin: JSON.stringify(charges) });
  if (ended.exitCode !== 0) throw new Error(`pricing with the packages ended with ${ended.exitCode}:\n${ended.stderr}`);
  const { amounts, llmCostRates } = JSON.parse(ended.stdout);
  const rows = [ours(), ...PACKAGES.map((name) => theirs(name, amounts[nameOf(name)], llmCostRates))];
  const head = ['| package | prices | right | wrong | unpriced | why |', '| --- | --- | --- | --- | --- | --- |'];
  const lines = [...head, ...rows.map((row) => `| ${row.join(' | ')} |`)];
  process.stdout.write(`${charges.length} charges of ${firstDate()} to ${lastDate()}\n\n${lines.join('\n')}\n`);
} finally {
  await peers.remove();
}

function ours() {
  const results = charges.map((charge) => {
    const price = priceOfCharge(charge);
    if (price.expected === null) return price.reason;
    return toText(price.expected) === charge.charged ? 'right' : 'wrong';
  });
  const count = (result) => results.filter((one) => one === result).length;
  const unpriced = results.length - count('right') - count('wrong');
  return ['llm-budget, exact', 'as listed', count('right'), count('wrong'), unpriced, ''];
}

function theirs(name, amounts, ownRates) {
  const hasOwnRates = WITH_OWN_RATES.has(name);
  const reasons = new Map();
  let [right, unpriced] = [0, 0];
  for (const [index, charge] of charges.entries()) {
    const amount = amounts[index];
    if (amount === null) unpriced += 1;
    else if (isNear(amount, Number(charge.charged))) right += 1;
    else {
      const reason = (hasOwnRates && otherRates(charge, ownRates[index])) || reasonOf(charge, amount);
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
  }
  const wrong = charges.length - right - unpriced;
  const why = [...reasons].sort(([, a], [, b]) => b - a).map(([reason, count]) => `${count}: ${reason}`);
  if (unpriced > 0) why.push(`${unpriced}: ${hasOwnRates ? 'not in its list' : 'no amount'}`);
  return [name, hasOwnRates ? 'its own' : 'as listed', right, wrong, unpriced, why.join('; ')];
}

function otherRates({ pricing }, own) {
  const isSame = Number(pricing.prompt) === own.prompt && Number(pricing.completion) === own.completion;
  return isSame ? null : 'its list holds other prices than were charged';
}

/** The fewest errors that together explain the amount. */
function reasonOf(charge, amount) {
  const parts = partsOf(charge);
  const sets = Array.from({ length: 2 ** ERRORS.length }, (_, bits) =>
    ERRORS.filter((_error, index) => bits & (2 ** index)),
  );
  const fitting = sets
    .filter((set) => set.every(({ differs }) => differs(parts) !== 0))
    .filter((set) => isNear(amount, Number(charge.charged) + set.reduce((sum, { differs }) => sum + differs(parts), 0)))
    .sort((a, b) => a.length - b.length);
  return fitting[0]?.map(({ reason }) => reason).join(' and ') ?? 'not explained';
}

function partsOf({ pricing, ...charge }) {
  const prompt = Number(pricing.prompt);
  return {
    prompt,
    completion: Number(pricing.completion),
    read: Number(pricing.input_cache_read ?? prompt),
    write: Number(pricing.input_cache_write ?? prompt),
    search: Number(pricing.web_search ?? 0),
    cached: charge.cached_tokens,
    written: charge.cache_write_tokens,
    reasoning: charge.reasoning_tokens,
    searches: charge.web_searches,
  };
}

function isNear(a, b) {
  return Math.abs(a - b) <= TOLERANCE;
}

function nameOf(pinned) {
  return pinned.slice(0, pinned.lastIndexOf('@'));
}

function firstDate() {
  return charges.map(({ date }) => date).sort()[0];
}

function lastDate() {
  return charges
    .map(({ date }) => date)
    .sort()
    .at(-1);
}
