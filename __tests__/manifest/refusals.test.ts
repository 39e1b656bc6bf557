import { describe, expect, test } from '@jest/globals';
import { parseManifest } from '../../src/manifest/parse.js';
import { withCall, withSuite, withTop } from '../support/manifest-text.js';
import { placedProblems } from '../support/placed-problems.js';

type Row = readonly [what: string, text: string, ...problems: (readonly [at: string, ...fragments: string[]])[]];

/** Every row's problems are all there are, in the order of the file. */
function refuses(rows: readonly Row[]): void {
  test.each(rows)('%s', async (_what, text, ...expected) => {
    const found = await placedProblems(parseManifest(text, 'llm-budget.yml'));
    expect(found.map((problem) => problem.split(' ')[0])).toEqual(expected.map(([at]) => at));
    expected.forEach(([, ...fragments], index) => {
      for (const fragment of fragments) expect(found[index]).toContain(fragment);
    });
  });
}

const WHOLE = 'expected a whole number from 0 to 1000000000, without quotes';
const DECIMAL = 'expected a plain decimal such as 2 or 0.25, at most 6 digits before and 12 after the point';
const NAME =
  'expected a name of 1-64 letters, digits, spaces and ._/:@+-, starting with a letter or digit, no space at the end and no two in a row';

describe('the requests of a run', () => {
  /** 9,007,199 x 1,000,000,000 + `rest`. */
  const of = (rest: number) => {
    const call = (count: number) => `[{model: a/b, count: ${count}, prompt_tokens: 1, completion_tokens: 1}]`;
    return `version: 1\nsuites:\n  s: {repeat: 9007199, calls: ${call(1e9)}}\n  t: {calls: ${call(rest)}}\n`;
  };
  refuses([
    ['as many as a JSON number holds exactly, 2^53 - 1', of(254_740_991)],
    [
      'one more',
      of(254_740_992),
      ['2:1', 'suites: expected at most 9007199254740991 requests', 'got 9007199254740992'],
    ],
  ]);
});

describe('a file that is no manifest', () => {
  refuses([
    ['nothing', '', ['1:1', 'the file: empty: expected a mapping that starts with "version: 1" and has suites']],
    ['blank lines and comments', '\n# only a comment\n\n', ['1:1', 'the file: empty']],
    ['null', 'null\n', ['1:1', 'the file: empty']],
    ['a list', '- version: 1\n', ['1:1', 'expected a mapping', 'got a list']],
    ['a text', 'hello\n', ['1:1', 'expected a mapping', 'got text "hello"']],
    ['a number', '1\n', ['1:1', 'expected a mapping', 'got 1']],
    ['true', 'true\n', ['1:1', 'expected a mapping', 'got true']],
    ['an empty mapping', '{}', ['1:1', 'version: missing: expected 1'], ['1:1', 'suites: missing: expected a mapping']],
  ]);
});

describe('version', () => {
  const of = (value: string) =>
    `version: ${value}\nsuites: {s: {calls: [{model: a, count: 1, prompt_tokens: 1, completion_tokens: 1}]}}\n`;
  refuses([
    ['of a later format', of('2'), ['1:1', 'version: expected 1, as this build reads version 1; got 2']],
    ['as text', of('"1"'), ['1:1', 'got text "1"']],
    ['with a point', of('1.0'), ['1:1', 'got 1.0']],
    ['empty', of(''), ['1:1', 'got nothing (null)']],
  ]);
});

describe('a whole number is not coerced from', () => {
  const got = (value: string, shown: string): Row => [
    value,
    withCall({ count: value }),
    ['6:9', `suites.s.calls[0].count: ${WHOLE}, or {rows: evals/cases.jsonl} or {files: "evals/*.md"}; got ${shown}`],
  ];
  refuses([
    got('"10"', 'text "10"'),
    got("'10'", 'text "10"'),
    got('1.5', '1.5'),
    got('10.0', '10.0'),
    got('0x10', '0x10'),
    got('0o17', '0o17'),
    got('1e3', '1e3'),
    got('1_000', 'text "1_000"'),
    got('1,000', 'text "1,000"'),
    got('.nan', '.nan'),
    got('.inf', '.inf'),
    got('yes', 'text "yes"'),
    got('true', 'true'),
    got('null', 'nothing (null)'),
    got('~', 'nothing (null)'),
    got('', 'nothing (null)'),
    got('""', 'empty text'),
    got('-1', '-1'),
    got('+1', '+1'),
    got('-0', '-0'),
    got('007', '007'),
    got('1000000001', '1000000001'),
    got('99999999999999999999', '99999999999999999999'),
    got('2026-01-01', 'text "2026-01-01"'),
    got('12:30', 'text "12:30"'),
    got('[1]', 'a list'),
    got('[]', 'an empty list'),
    got('|\n          10', 'text "10\\n"'),
  ]);
});

describe('money is not coerced from', () => {
  const got = (value: string, shown: string): Row => [
    value,
    withTop(`budget: {per_run: ${value}}`),
    ['2:10', `budget.per_run: ${DECIMAL}; or {warn: …}, {fail: …} or both; got ${shown}`],
  ];
  refuses([
    got('$10', 'text "$10"'),
    got('"$10"', 'text "$10"'),
    got('"1,5"', 'text "1,5"'),
    got('1e3', '1e3'),
    got('"1e3"', 'text "1e3"'),
    got('.inf', '.inf'),
    got('.nan', '.nan'),
    got('-1', '-1'),
    got('+1', '+1'),
    got('.5', '.5'),
    got('5.', '5.'),
    got('0x10', '0x10'),
    got('1000000', '1000000'),
    got('0.0000000000001', '0.0000000000001'),
    got('1_000', 'text "1_000"'),
    got('" 5"', 'text " 5"'),
    got('yes', 'text "yes"'),
    got('true', 'true'),
    got('null', 'nothing (null)'),
    got('[5]', 'a list'),
    got('5 USD', 'text "5 USD"'),
  ]);
});

describe('a limit', () => {
  refuses([
    ['of two amounts and a comma', withTop('budget: {per_run: [1,5]}'), ['2:10', 'got a list']],
    [
      'with the key of another place',
      withTop('budget: {per_run: {input_tokens: 1}}'),
      ['2:20', 'unknown key "input_tokens"; accepted here: warn, fail'],
    ],
    [
      'that is an empty mapping',
      withTop('budget: {per_run: {}}'),
      ['2:10', 'budget.per_run: expected warn, fail or both in it; got an empty mapping'],
    ],
    [
      'with an unknown level',
      withTop('budget: {per_run: {fails: 1}}'),
      ['2:20', 'unknown key "fails", did you mean fail?'],
    ],
    [
      'with a wrong level',
      withTop('budget: {per_run: {warn: x, fail: 1}}'),
      ['2:20', `budget.per_run.warn: ${DECIMAL}`, 'got text "x"'],
    ],
    [
      'whose warning is above its failure',
      withTop('budget: {per_run: {warn: 5.01, fail: 5}}'),
      ['2:20', 'budget.per_run.warn: warn (5.01) is above fail (5)'],
    ],
    [
      'of a suite whose warning is above its failure',
      withSuite('budget: {worst_case_per_run: {fail: 1, warn: 2}}'),
      ['4:44', 'suites.s.budget.worst_case_per_run.warn: warn (2) is above fail (1)'],
    ],
    [
      'that does not exist',
      withTop('budget: {per_week: 1}'),
      [
        '2:10',
        'budget.per_week: unknown key "per_week"',
        'accepted here: per_run, per_month, worst_case_per_run, increase_per_run, increase_percent',
      ],
    ],
    [
      'in a budget that is a number',
      withTop('budget: 5'),
      [
        '2:1',
        'budget: expected a mapping of per_run, per_month, worst_case_per_run, increase_per_run, increase_percent; got 5',
      ],
    ],
    [
      'in a budget that is a list',
      withTop('budget: [5]'),
      [
        '2:1',
        'budget: expected a mapping of per_run, per_month, worst_case_per_run, increase_per_run, increase_percent, such as budget: {per_run: 5}; got a list',
      ],
    ],
    [
      'in a budget without content',
      withTop('budget:'),
      [
        '2:1',
        'budget: expected a mapping of per_run, per_month, worst_case_per_run, increase_per_run, increase_percent; got nothing (null)',
      ],
    ],
    [
      'per month without runs per month',
      withTop('budget: {per_month: 5}'),
      ['2:10', 'budget.per_month: expected runs_per_month at the top level or in every suite; suites.s has none'],
    ],
    [
      'per month of a suite without runs per month',
      withSuite('budget: {per_month: 5}'),
      ['4:14', 'suites.s.budget.per_month: expected runs_per_month in the suite or at the top level'],
    ],
    [
      'per month with runs that are wrong',
      withTop('budget: {per_month: 5}\nruns_per_month: "5"'),
      ['3:1', `runs_per_month: ${WHOLE}; got text "5"`],
    ],
  ]);
});

describe('kinds of run', () => {
  const of = (runs: string, suite = '', top = 'description: a') =>
    `version: 1\n${top === 'description: a' ? '# ' : ''}${top}\nruns: ${runs}\nsuites:\n  s: {${suite}calls: [{model: a, count: 1, prompt_tokens: 1, completion_tokens: 1}]}\n`;
  const known = 'expected ci or a key of runs at the top level';
  refuses([
    [
      'as a list',
      of('[nightly]'),
      ['3:1', 'runs: expected a mapping, such as runs: {nightly: {runs_per_month: 30}}; got a list'],
    ],
    ['as a number', of('30'), ['3:1', 'runs: expected a mapping; got 30']],
    [
      'of which one is a number',
      of('{nightly: 30}'),
      ['3:8', 'runs.nightly: expected a mapping of runs_per_month, budget; got 30'],
    ],
    [
      'with an unknown key',
      of('{nightly: {runs: 30}}'),
      ['3:18', 'runs.nightly.runs: unknown key "runs" here: it belongs at the top level'],
    ],
    ['with a wrong number', of('{nightly: {runs_per_month: 1.5}}'), ['3:18', WHOLE, 'got 1.5']],
    [
      'with a limit per month, which is over all of them',
      of('{nightly: {runs_per_month: 30, budget: {per_month: 5}}}'),
      [
        '3:47',
        'runs.nightly.budget.per_month: unknown key "per_month" here: it belongs under budget, at the top level or of a suite',
      ],
    ],
    [
      'with a warning above its failure',
      of('{nightly: {budget: {per_run: {warn: 2, fail: 1}}}}'),
      ['3:37', 'runs.nightly.budget.per_run.warn: warn (2) is above fail (1)'],
    ],
    ['with a name that is none', of('{-n: {}}'), ['3:8', `runs["-n"]: ${NAME}; got "-n"`]],
    ['with a name that JavaScript knows', of('{__proto__: {}}'), ['3:8', `runs.__proto__: ${NAME}`]],
    [
      'with the number of ci in both of its places',
      of('{ci: {runs_per_month: 30}}', '', 'runs_per_month: 30'),
      ['3:13', 'runs.ci.runs_per_month: expected only here or only at the top level: runs_per_month there (30)'],
    ],
    [
      'that a suite names and the file has not',
      of('{nightly: {}, weekly: {}}', 'run: nigthly, '),
      ['5:7', `suites.s.run: ${known} (known here: ci, nightly, weekly); got "nigthly", did you mean nightly?`],
    ],
    ['that JavaScript has', of('{nightly: {}}', 'run: constructor, '), ['5:7', known, 'got "constructor"']],
    ['as a number in a suite', of('{"7": {}}', 'run: 7, '), ['5:7', 'suites.s.run: expected text; got 7']],
    ['as a list in a suite', of('{n: {}}', 'run: [n], '), ['5:7', 'suites.s.run: expected text; got a list']],
    ['as text that is no name', of('{n: {}}', 'run: "-n", '), ['5:7', 'suites.s.run: expected 1-64 letters']],
    [
      'that is wrong itself is not unknown',
      of('{nightly: 5}', 'run: nightly, '),
      ['3:8', 'runs.nightly: expected a mapping'],
    ],
    [
      'without a number, under a limit per month',
      of('{nightly: {}}', 'run: nightly, ', 'budget: {per_month: 9}'),
      ['2:10', 'budget.per_month: expected runs_per_month in runs.nightly or in every suite; suites.s has none'],
    ],
    [
      'without a number, under a limit per month of the suite',
      of('{nightly: {}}', 'run: nightly, budget: {per_month: 9}, '),
      ['5:30', 'suites.s.budget.per_month: expected runs_per_month in the suite or in runs.nightly'],
    ],
    [
      'with a number that is wrong, under a limit per month',
      of('{nightly: {runs_per_month: x}}', 'run: nightly, ', 'budget: {per_month: 9}'),
      ['3:18', WHOLE],
    ],
  ]);
});

describe('policy', () => {
  const one = (line: string, at: string, ...fragments: string[]): Row => [
    line,
    withTop(`policy: {${line}}`),
    [at, ...fragments],
  ];
  refuses([
    one('unpriced: ignore', '2:10', 'policy.unpriced: expected one of fail, warn; got text "ignore"'),
    one('stale_prices: off', '2:10', 'expected one of warn, fail; got text "off"'),
    one('stale_prices: Warn', '2:10', 'expected one of warn, fail; got text "Warn"'),
    one('credits: no', '2:10', 'expected one of warn, fail, off; got text "no"'),
    one('credits: false', '2:10', 'expected one of warn, fail, off; got false'),
    one('max_price_age_days: 1.5', '2:10', WHOLE),
    one('max_prompt_price: free', '2:10', DECIMAL),
    one('max_completion_price: {fail: 1}', '2:10', DECIMAL, 'got a mapping'),
    one('require_max_tokens: yes', '2:10', 'policy.require_max_tokens: expected true or false; got text "yes"'),
    one('require_max_tokens: 1', '2:10', 'expected true or false; got 1'),
    one('free_requests_per_day: lots', '2:10', WHOLE),
    one('credit_fee: 5%', '2:10', DECIMAL, 'got text "5%"'),
    one('override_label: ""', '2:10', 'expected text that is not empty; got empty text'),
    one('override_label: 5', '2:10', 'expected text; got 5'),
    one(
      'models: ["a"]',
      '2:10',
      'policy.models: expected a mapping of allow, deny, such as models: {allow: ["openai/*"]}; got a list',
    ),
    one(
      'models: {allow: "a"}',
      '2:19',
      'policy.models.allow: expected a list, such as allow: ["openai/*"]; got text "a"',
    ),
    one('models: {allow: [a, 5]}', '2:30', 'policy.models.allow[1]: expected text; got 5'),
    one('models: {deny: [""]}', '2:26', 'policy.models.deny[0]: expected text that is not empty'),
    one('models: {forbid: []}', '2:19', 'policy.models.forbid: unknown key "forbid"; accepted here: allow, deny'),
    one('overide_label: x', '2:10', 'unknown key "overide_label", did you mean override_label?'),
    [
      'that is a text',
      withTop('policy: strict'),
      [
        '2:1',
        'policy: expected a mapping of unpriced, stale_prices, max_price_age_days, models, max_prompt_price, max_completion_price, ',
        '; got text "strict"',
      ],
    ],
    [
      'that is a number',
      withTop('policy: 5'),
      [
        '2:1',
        'policy: expected a mapping of unpriced, stale_prices, max_price_age_days, models, max_prompt_price, max_completion_price, ',
        '; got 5',
      ],
    ],
  ]);
});

describe('suites', () => {
  const named = (name: string) =>
    `version: 1\nsuites:\n  ${name}: {calls: [{model: a, count: 1, prompt_tokens: 1, completion_tokens: 1}]}\n`;
  refuses([
    ['none', 'version: 1\nsuites: {}\n', ['2:1', 'suites: expected at least one suite; got an empty mapping']],
    ['null', 'version: 1\nsuites:\n', ['2:1', 'suites: expected a mapping; got nothing (null)']],
    [
      'a list',
      'version: 1\nsuites: [a]\n',
      ['2:1', 'suites: expected a mapping, such as suites: {rag: {calls: […]}}; got a list'],
    ],
    ['a number', 'version: 1\nsuites: 7\n', ['2:1', 'suites: expected a mapping; got 7']],
    [
      'a suite that is null',
      'version: 1\nsuites:\n  s:\n',
      [
        '3:3',
        'suites.s: expected a mapping of description, repeat, run, runs_per_month, paths, budget, promptfoo, calls; got nothing (null)',
      ],
    ],
    [
      'a suite that is a number',
      'version: 1\nsuites: {s: 5}\n',
      [
        '2:10',
        'suites.s: expected a mapping of description, repeat, run, runs_per_month, paths, budget, promptfoo, calls; got 5',
      ],
    ],
    [
      'a suite without calls',
      'version: 1\nsuites:\n  s: {repeat: 2}\n',
      ['3:3', 'suites.s.calls: missing: expected a list'],
    ],
    [
      'an empty list of calls',
      'version: 1\nsuites:\n  s: {calls: []}\n',
      ['3:7', 'suites.s.calls: expected a list with at least one item; got an empty list'],
    ],
    [
      'calls by name',
      'version: 1\nsuites:\n  s: {calls: {a: {}}}\n',
      [
        '3:7',
        'suites.s.calls: expected a list, such as calls: [{model: openai/gpt-5-mini, count: 10, …}]; got a mapping',
      ],
    ],
    [
      'a call that is a text',
      'version: 1\nsuites:\n  s: {calls: [gpt]}\n',
      ['3:15', 'suites.s.calls[0]: expected a mapping of name, model, count, ', '; got text "gpt"'],
    ],
    [
      'a call that is a number',
      'version: 1\nsuites:\n  s: {calls: [5]}\n',
      ['3:15', 'suites.s.calls[0]: expected a mapping of name, model, count, ', '; got 5'],
    ],
    ['a name that starts with a mark', named('_a'), ['3:3', NAME, 'got "_a"']],
    ['a name in another script', named('prüfung'), ['3:3', `suites["prüfung"]: ${NAME}`]],
    ['a name that is empty', named('""'), ['3:3', NAME, 'got ""']],
    ['a name of 65 letters', named('a'.repeat(65)), ['3:3', NAME]],
    ['a name that ends with a space', named('"a "'), ['3:3', NAME, 'got "a "']],
    ['a name with two spaces in a row', named('"a  b"'), ['3:3', NAME, 'got "a  b"']],
    ['a name with a line break', named('"a\\nb"'), ['3:3', NAME, 'got "a\\nb"']],
    ['__proto__', named('__proto__'), ['3:3', `suites.__proto__: ${NAME}`]],
    [
      'a wrong name, and what is wrong inside',
      'version: 1\nsuites:\n  -a: {calls: []}\n',
      ['3:3', NAME],
      ['3:8', 'at least one item'],
    ],
    [
      'a description that is a list',
      withSuite('description: [a]'),
      ['4:5', 'suites.s.description: expected text; got a list'],
    ],
    ['repeat as text', withSuite('repeat: thrice'), ['4:5', `suites.s.repeat: ${WHOLE}`]],
    ['runs per month with a point', withSuite('runs_per_month: 1.5'), ['4:5', `suites.s.runs_per_month: ${WHOLE}`]],
    [
      'paths as text',
      withSuite('paths: evals/**'),
      ['4:5', 'suites.s.paths: expected a list, such as paths: ["evals/**"]; got text "evals/**"'],
    ],
    [
      'a path out of the repository',
      withSuite('paths: [a/**, ../b]'),
      ['4:19', 'suites.s.paths[1]: expected a path inside the repository', 'it has a ".." segment', 'got text "../b"'],
    ],
    ['an absolute path', withSuite('paths: [/etc/passwd]'), ['4:13', 'it is absolute']],
    ['a path with a backslash', withSuite('paths: [a\\b]'), ['4:13', 'backslash']],
    ['an empty path', withSuite('paths: [""]'), ['4:13', 'expected']],
    ['an unknown key', withSuite('cals: []'), ['4:5', 'suites.s.cals: unknown key "cals", did you mean calls?']],
    ['a policy in a suite', withSuite('policy: {}'), ['4:5', 'unknown key "policy" here: it belongs at the top level']],
  ]);
});

describe('a call', () => {
  const one = (key: string, value: string, ...fragments: string[]): Row => [
    `${key}: ${value}`,
    withCall({ [key]: value }),
    ['9:9', ...fragments],
  ];
  refuses([
    ['without a model', withCall({ model: null }), ['5:9', 'suites.s.calls[0].model: missing: expected text']],
    ['without a count', withCall({ count: null }), ['5:9', `suites.s.calls[0].count: missing: ${WHOLE}`]],
    [
      'without completion tokens',
      withCall({ completion_tokens: null }),
      ['5:9', 'suites.s.calls[0].completion_tokens: missing'],
    ],
    [
      'without prompt tokens and files',
      withCall({ prompt_tokens: null }),
      ['5:9', 'suites.s.calls[0].prompt_tokens: missing: expected prompt_tokens, or prompt_files'],
    ],
    [
      'with an empty list of files alone',
      withCall({ prompt_tokens: null, prompt_files: '[]' }),
      ['5:9', 'prompt_tokens: missing'],
    ],
    [
      'with an empty model',
      withCall({ model: '""' }),
      ['5:9', 'model: expected text that is not empty; got empty text'],
    ],
    ['with a number for a model', withCall({ model: '4.5' }), ['5:9', 'model: expected text; got 4.5']],
    ['with null for a model', withCall({ model: '' }), ['5:9', 'model: expected text; got nothing (null)']],
    [
      'with prompt tokens as text',
      withCall({ prompt_tokens: '"100"' }),
      ['7:9', `prompt_tokens: ${WHOLE}, or {expected: …, max: …}; got text "100"`],
    ],
    [
      'with tokens that lack what is expected',
      withCall({ prompt_tokens: '{max: 5}' }),
      ['7:9', `prompt_tokens.expected: missing: ${WHOLE}`],
    ],
    [
      'with tokens that have a wrong maximum',
      withCall({ prompt_tokens: '{expected: 5, max: many}' }),
      ['7:38', `prompt_tokens.max: ${WHOLE}; got text "many"`],
    ],
    [
      'with tokens that have a minimum',
      withCall({ prompt_tokens: '{expected: 5, min: 1}' }),
      ['7:38', 'unknown key "min"', 'accepted here: expected, max'],
    ],
    [
      'with more expected than the maximum',
      withCall({ completion_tokens: '{expected: 9, max: 8}' }),
      ['8:9', 'completion_tokens: expected (9) is more than max (8)'],
    ],
    [
      'with more completion than its cap',
      withCall({ max_tokens: '9' }),
      ['8:9', 'completion_tokens (10) is more than max_tokens (9), which caps it'],
    ],
    one('name', '-a', 'suites.s.calls[0].name: expected 1-64 letters, digits'),
    one('name', '"a "', 'no space at the end and no two in a row', 'got text "a "'),
    one('name', '"a  b"', 'no space at the end and no two in a row'),
    one('name', '5', 'expected text; got 5'),
    one('name', '"a|b"', 'got text "a|b"'),
    one('max_tokens', 'none', WHOLE),
    one('max_tokens', '{expected: 1}', WHOLE, 'got a mapping'),
    one(
      'reasoning_tokens',
      '11',
      'reasoning_tokens: reasoning_tokens (11) is more than completion_tokens (10), the whole',
    ),
    one('image_output_tokens', '11', 'image_output_tokens (11) is more than completion_tokens (10)'),
    one('audio_output_tokens', '11', 'audio_output_tokens (11) is more than completion_tokens (10)'),
    one('cached_tokens', '101', 'cached_tokens (101) is more than prompt_tokens (100), the whole'),
    one('cache_write_tokens', '101', 'cache_write_tokens (101) is more than prompt_tokens (100)'),
    one('audio_tokens', '101', 'audio_tokens (101) is more than prompt_tokens (100)'),
    one('cached_tokens', '{expected: 1, max: 101}', 'cached_tokens.max (101) is more than prompt_tokens (100)'),
    one('cache_ttl', '10m', 'expected one of 5m, 1h; got text "10m"'),
    one('images', '1.0', WHOLE),
    one('web_searches', '-1', WHOLE),
    one('pdf_pages', '"3"', WHOLE),
    one('retries', '2%', `${DECIMAL}; or {expected: …, max: …}; got text "2%"`),
    one('retries', '3', 'less than 1', '{expected: 0.02, max: 3}; got 3'),
    one('retries', '1', '{expected: 0.02, max: 1}'),
    one('retries', '"2.50"', '{expected: 0.02, max: 2.5}'),
    one('retries', '-0.1', DECIMAL),
    one('retries', '[1]', 'got a list'),
    one('retries', '{expected: 0.5, max: 0.25}', 'retries: expected (0.5) is more than max (0.25)'),
    ['retries: {max: 2}', withCall({ retries: '{max: 2}' }), ['9:9', `retries.expected: missing: ${DECIMAL}`]],
    [
      'retries: {expected: 1, most: 2}',
      withCall({ retries: '{expected: 1, most: 2}' }),
      ['9:32', 'unknown key "most"'],
    ],
    one(
      'prompt_files',
      'a.md',
      'prompt_files: expected a list, such as prompt_files: [prompts/answer.md]; got text "a.md"',
    ),
    [
      'prompt_files: [5]',
      withCall({ prompt_files: '[5]' }),
      [
        '9:24',
        'prompt_files[0]: expected a path inside the repository, {path: …, cached: true} or {rows: …, field: …}; got 5',
      ],
    ],
    [
      'prompt_files: [a//b]',
      withCall({ prompt_files: '[a//b]' }),
      ['9:24', 'it has an empty segment', 'got text "a//b"'],
    ],
    [
      'prompt_files: [.git/config]',
      withCall({ prompt_files: '[.git/config]' }),
      ['9:24', "it leads into git's own folder"],
    ],
    [
      'prompt_files: [{cached: true}]',
      withCall({ prompt_files: '[{cached: true}]' }),
      ['9:24', 'prompt_files[0]: expected either path or rows in it; got a mapping'],
    ],
    [
      'prompt_files: [{path: a, cached: 1}]',
      withCall({ prompt_files: '[{path: a, cached: 1}]' }),
      ['9:34', 'prompt_files[0].cached: expected true or false; got 1'],
    ],
    ['prompt_files: [{path: ./a}]', withCall({ prompt_files: '[{path: ./a}]' }), ['9:25', 'it has a "." segment']],
    one('fallback_models', 'a/b', 'expected a list, such as fallback_models: [openai/gpt-5-mini]; got text "a/b"'),
    [
      'fallback_models: [""]',
      withCall({ fallback_models: '[""]' }),
      ['9:27', 'fallback_models[0]: expected text that is not empty'],
    ],
    one('batch_ok', 'yes', 'batch_ok: expected true or false; got text "yes"'),
    one('service_tier', 'fast', 'expected one of default, flex, priority; got text "fast"'),
    one(
      'provider',
      'openai',
      'provider: expected a mapping of order, only, ignore, sort, max_price; got text "openai"',
    ),
    [
      'provider: {sort: cheap}',
      withCall({ provider: '{sort: cheap}' }),
      ['9:20', 'provider.sort: expected one of price, throughput, latency'],
    ],
    [
      'provider: {order: openai}',
      withCall({ provider: '{order: openai}' }),
      ['9:20', 'provider.order: expected a list'],
    ],
    [
      'provider: {max_price: 5}',
      withCall({ provider: '{max_price: 5}' }),
      ['9:20', 'provider.max_price: expected a mapping of prompt, completion; got 5'],
    ],
    [
      'provider: {max_price: {prompt: x}}',
      withCall({ provider: '{max_price: {prompt: x}}' }),
      ['9:32', `provider.max_price.prompt: ${DECIMAL}`],
    ],
    [
      'provider: {allow_fallbacks: true}',
      withCall({ provider: '{allow_fallbacks: true}' }),
      ['9:20', 'unknown key "allow_fallbacks"'],
    ],
    one('completions_tokens', '5', 'unknown key "completions_tokens", did you mean completion_tokens?'),
    one('Max_Tokens', '5', 'unknown key "Max_Tokens", did you mean max_tokens?'),
    one('input_tokens', '5', 'unknown key "input_tokens", did you mean prompt_tokens?'),
    one('output_tokens', '5', 'unknown key "output_tokens", did you mean completion_tokens?'),
    one('max_completion_tokens', '5', 'unknown key "max_completion_tokens", did you mean max_tokens?'),
    one('max_output_tokens', '5', 'unknown key "max_output_tokens", did you mean max_tokens?'),
    one('note', '5', 'unknown key "note", did you mean name?'),
    one('temperature', '0', 'unknown key "temperature"; accepted here: name, model, count'),
    one('__proto__', '{count: 1}', 'unknown key "__proto__"'),
    one('constructor', '1', 'unknown key "constructor"'),
    one('prototype', '1', 'unknown key "prototype"'),
    one('"<<"', '{count: 1}', 'unknown key "<<"'),
    one('7', '1', 'calls[0]["7"]: unknown key "7"'),
  ]);
});

describe('what YAML has and a manifest has not', () => {
  refuses([
    ['an anchor', withCall({ model: '&m a/b' }), ['5:16', 'anchors are not accepted']],
    ['an alias', withCall({ model: '*m' }), ['5:16', 'aliases are not accepted', 'defaults']],
    [
      'an anchor and its alias',
      withCall({ count: '&n 1', prompt_tokens: '*n' }),
      ['6:16', 'anchors'],
      ['7:24', 'aliases'],
    ],
    ['a tag of the core schema', withCall({ count: '!!int "1"' }), ['6:16', 'tags are not accepted']],
    ['a tag of an own schema', withCall({ model: '!env MODEL' }), ['5:16', 'tags are not accepted']],
    ['a non-specific tag', withCall({ model: '! a' }), ['5:16', 'tags are not accepted']],
    ['a directive', `%YAML 1.1\n---\n${withCall()}`, ['1:1', 'directives are not accepted']],
    ['a tag directive', `%TAG ! tag:x,2000:\n---\n${withCall()}`, ['1:1', 'directives are not accepted']],
    ['a merge key', withCall({ '<<': '{images: 1}' }), ['9:9', 'merge keys (<<) are not accepted']],
    ['a second document', `${withCall()}---\nversion: 1\n`, ['9:1', 'a second document is not accepted']],
    ['an empty second document', `${withCall()}---\n`, ['9:1', 'a second document is not accepted']],
    ['a document after the end mark', `${withCall()}...\nversion: 1\n`, ['10:1', 'a second document is not accepted']],
    [
      'a key that is there twice',
      withCall({ count: '1\n        count: 2' }),
      ['7:9', 'the key "count" is there twice'],
    ],
    ['a key that is there twice in quotes', withTop('"version": 1'), ['2:1', 'the key "version" is there twice']],
    ['a list as a key', withTop('? [a]\n: 1'), ['2:3', 'a key must be plain text']],
    ['an empty key', withTop('? \n: 1'), ['2:3', 'a key must be plain text']],
    [
      'a tab before a key',
      'version: 1\nsuites:\n\ts: 1\n',
      ['3:1', 'not readable: expected spaces at the start of a line; got a tab'],
    ],
    [
      'a list that is not closed',
      'version: 1\nsuites: [\n',
      ['2:9', 'not readable: the list or mapping that starts here has no closing bracket'],
    ],
    [
      'a text that is not closed',
      'version: 1\nx: "abc\n',
      ['2:4', 'not readable: the text that starts with this quotation mark has none at its end'],
    ],
    [
      'a mapping in a mapping on one line',
      'version: 1\na: b: c\n',
      ['2:4', 'not readable: a second colon in one value: put the value in quotation marks'],
    ],
    ['a wrong escape', 'version: "\\q"\n', ['1:11', 'not readable: unknown escape in double quotation marks']],
    [
      'a reserved character',
      'version: @1\n',
      ['1:10', 'not readable: a text that starts with this character needs quotation marks'],
    ],
    [
      'a warning of the library',
      'version: 1\n? |\n  a\n: 1\nx: ! 1\n',
      ['1:1', 'suites: missing'],
      ['2:3', 'unknown key'],
      ['5:1', 'unknown key'],
      ['5:4', 'tags'],
    ],
    ['a null byte', 'version: 1\0\n', ['1:11', 'the character "\\u0000" is not accepted']],
    ['an escape character', '# \u001b[31m\nversion: 1\n', ['1:3', 'the character "\\u001b" is not accepted']],
    ['half a surrogate pair', 'a: \ud83d\n', ['1:4', 'the character "\\ud83d" is not accepted']],
    ['a carriage return alone', 'version: 1\rsuites: 1\n', ['1:11', 'the character "\\r" is not accepted']],
    [
      'a byte-order mark in the middle',
      'version: 1\n\ufeffsuites: 1\n',
      ['2:1', 'the character "\\ufeff" is not accepted'],
    ],
    ['UTF-16 read as UTF-8', '\ufffd\ufffdv\0e\0', ['1:4', '"\\u0000"'], ['1:6', '"\\u0000"']],
  ]);
});

describe('words for what the YAML library refuses', () => {
  const block = (line: string) => `version: 1\nsuites:\n  s:\n    calls:\n      - model: a\n${line}\n`;
  refuses([
    [
      'no space after a colon',
      block('        count:1\n        prompt_tokens: 1'),
      ['6:9', 'not readable: expected `key: value` here: is the space after a colon missing, or the colon itself?'],
    ],
    ['no space after the first colon', 'version:1\nsuites: {}\n', ['1:1', 'not readable: expected `key: value` here']],
    [
      'no space after a colon in brackets',
      withTop('runs: {nightly: {runs_per_month:30}}'),
      ['2:18', 'unknown key "runs_per_month:30": is the space after the colon missing?'],
    ],
    [
      'keys in two columns',
      block('       count: 1'),
      ['6:1', 'not readable: expected a list item that starts with "- ", in the same column as the others'],
    ],
    ['no comma', 'a: {"b": 1 "c": 2}\n', ['1:10', 'not readable']],
    ['a comma too many', 'a: [1, , 2]\n', ['1:8', 'not readable: a comma too many']],
    ['no space before a comment', 'a: [b]#c\n', ['1:7', 'not readable: expected a space before the # of a comment']],
    ['text after text in quotation marks', 'a: "b" c\n', ['1:8', 'not readable: expected the end of the line']],
    ['a bracket too many', 'a: b\n]\n', ['2:1', 'not readable: expected nothing here']],
    [
      'text after the mark of a long text',
      'a: |x\n',
      ['1:5', 'not readable: expected the end of the line after | or >'],
    ],
  ]);
});

describe('one slip of form is one error, at the place of the slip', () => {
  const file = (change: (lines: string[]) => void) => {
    const lines = [
      'version: 1',
      'budget:',
      '  per_run: { warn: 4, fail: 5 }',
      'policy:',
      "  models: { allow: ['openai/*'] }",
      'suites:',
      '  s:',
      '    calls:',
      '      - name: a',
      '        model: openai/gpt-5-mini',
      '        count: 10',
      '        prompt_files: [{ path: a.md, cached: false }, b.md]',
      '        completion_tokens: 30',
      '      - name: b',
      '        model: openai/gpt-5-mini',
      '        count: 10',
      '        prompt_tokens: 20',
      '        completion_tokens: 30',
      '',
    ];
    change(lines);
    return lines.join('\n');
  };
  const line = (number: number, text: string) =>
    file((lines) => {
      lines[number - 1] = text;
    });
  const closing = 'not readable: the list or mapping that starts here has no closing bracket';
  const nothing = 'not readable: expected nothing here: a bracket or the indentation fits no line above';
  const column = 'not readable: the indentation fits no line above: keys of one mapping, and dashes of one list';
  refuses([
    ['no closing brace', line(3, '  per_run: { warn: 4, fail: 5'), ['3:12', closing]],
    ['no closing bracket inside of braces', line(5, "  models: { allow: ['openai/*' }"), ['5:20', closing]],
    ['no closing brace inside of brackets', line(12, '        prompt_files: [{ path: a.md, b.md]'), ['12:24', closing]],
    ['a brace too many', line(3, '  per_run: { warn: 4, fail: 5 }}'), ['3:32', nothing]],
    ['a bracket too many', line(12, '        prompt_files: [b.md]]'), ['12:29', nothing]],
    ['brackets the wrong way round', line(5, "  models: { allow: ['openai/*'} ]"), ['5:20', closing]],
    [
      'no closing quotation mark',
      line(15, "        model: 'openai/gpt-5-mini"),
      ['15:16', 'not readable: the text that starts with this quotation mark has none at its end'],
    ],
    ['a tab', line(11, '\tcount: 10'), ['11:1', 'not readable: expected spaces at the start of a line; got a tab']],
    [
      'tabs on every line',
      file((lines) => lines.splice(0, 18, ...lines.map((text) => text.replace(/^ +/, '\t')))),
      ['3:1', 'got a tab'],
    ],
    [
      'no dash',
      line(14, '        name: b'),
      ['14:9', 'the key "name" is there twice'],
      ['15:9', '"model"'],
      ['16:9', '"count"'],
      ['18:9', '"completion_tokens"'],
    ],
    ['no dash, and a column to the left', line(14, '      name: b'), ['14:1', column]],
    [
      'a key one column to the left',
      line(11, '       count: 10'),
      ['11:1', 'expected a list item that starts with "- "'],
    ],
    [
      'a key one column to the right',
      line(11, '         count: 10'),
      ['10:16', 'not readable: the line below is indented too far: keys of one mapping'],
    ],
    [
      'a list one column to the left',
      line(14, '     - name: b'),
      ['14:1', 'not readable: a list stands where a key is expected: keys of one mapping, and dashes of one list'],
    ],
    [
      'a suite that stands at the left',
      line(7, 's:'),
      ['6:1', 'suites: expected a mapping; got nothing (null): is what belongs to it indented further?'],
      ['7:1', 'unknown key "s"'],
    ],
    [
      'two colons without a space are two errors',
      file((lines) => lines.splice(10, 1, '        count:10').concat(lines.splice(15, 1, '        count:10'))),
      ['11:9', 'not readable: expected `key: value` here'],
      ['16:9', 'not readable: expected `key: value` here'],
    ],
  ]);
});

describe('keys in the wrong place are shown where they belong', () => {
  refuses([
    [
      'a limit as a suite',
      withCall().replace('suites:', 'suites:\n  per_run: 5'),
      [
        '3:3',
        'suites.per_run: expected a mapping of description, repeat',
        '; got 5; per_run belongs under budget, at the top level or of a suite',
      ],
    ],
    [
      'a policy as a suite',
      withCall().replace('suites:', 'suites:\n  unpriced: warn'),
      ['3:3', 'got text "warn"; unpriced belongs under policy'],
    ],
  ]);
  const belongs = (line: string, key: string, place: string): Row => [
    line,
    withTop(line),
    ['2:', `unknown key "${key}" here: it belongs ${place}`],
  ];
  const rows: Row[] = [
    belongs('per_run: 5', 'per_run', 'under budget, at the top level or of a suite'),
    belongs('allow: []', 'allow', 'under policy.models'),
    belongs('require_max_tokens: true', 'require_max_tokens', 'under policy'),
    belongs('policy: {allow: []}', 'allow', 'under policy.models'),
    belongs('policy: {per_month: 5}', 'per_month', 'under budget'),
    belongs('budget: {warn: 1}', 'warn', 'in a limit, such as per_run: {warn: 4, fail: 5}'),
    belongs('budget: {runs_per_month: 5}', 'runs_per_month', 'at the top level, or under a kind of run'),
    belongs('repeat: 5', 'repeat', 'in a suite'),
    belongs('model: a', 'model', 'in a call or in defaults'),
    belongs('defaults: {max_price: {}}', 'max_price', 'under provider of a call'),
    belongs('defaults: {max: 5}', 'max', 'in a number of tokens'),
    belongs(
      'defaults: {rows: a.csv}',
      'rows',
      'in count, such as count: {rows: evals/cases.jsonl, times: 2}, or in an',
    ),
    belongs('defaults: {files: "a/*"}', 'files', 'in count'),
    belongs('defaults: {field: a}', 'field', 'in an item of prompt_files'),
    belongs('config: a.yaml', 'config', 'under promptfoo of a suite'),
    belongs('grader: {}', 'grader', 'under promptfoo of a suite'),
    belongs('models: {}', 'models', 'under policy, or under promptfoo of a suite'),
    belongs('embedding: {}', 'embedding', 'under promptfoo.grader of a suite'),
  ];
  test.each(rows)('%s', async (_line, text, expected) => {
    const found = await placedProblems(parseManifest(text, 'llm-budget.yml'));
    expect(found).toHaveLength(1);
    for (const fragment of expected) expect(found[0]).toContain(fragment);
  });

  test('the accepted keys are listed once, at the first key that is like none of them', async () => {
    const found = await placedProblems(parseManifest(withTop('foo: 1\nbar: 2\nbudgets: 3\nbaz: 4'), 'llm-budget.yml'));
    expect(found).toEqual([
      '2:1 foo: unknown key "foo"; accepted here: version, runs_per_month, runs, budget, policy, defaults, suites',
      '3:1 bar: unknown key "bar"; accepted here: as on line 2',
      '4:1 budgets: unknown key "budgets", did you mean budget?',
      '5:1 baz: unknown key "baz"; accepted here: as on line 2',
    ]);
  });
});

describe('an expression as a model', () => {
  const expanded = 'variables and expressions are not expanded here';
  const of = (value: string): Row => [value, withCall({ model: value }), ['5:9', expanded, 'got text']];
  refuses([
    of('$MODEL'),
    of('${MODEL}'),
    of('${{ matrix.model }}'),
    of('openai/$MODEL'),
    of('"{{ model }}"'),
    of('$(cat model.txt)'),
    ['in fallback models', withCall({ fallback_models: '[a, $B]' }), ['9:30', 'fallback_models[1]', expanded]],
  ]);
});

describe('numbers from files', () => {
  const count = (value: string, ...fragments: string[]): Row => [
    `count: ${value}`,
    withCall({ count: value }),
    ['6:', ...fragments],
  ];
  const rows: Row[] = [
    count('{}', 'count: expected either rows or files in it'),
    count('{rows: a.jsonl, files: b}', 'count: expected either rows or files in it'),
    count(
      '{rows: a.parquet}',
      'count.rows: expected a file of .jsonl, .ndjson, .csv, .tsv, .json, .yaml, .yml or .txt',
    ),
    count('{rows: ../a.csv}', 'count.rows: expected a path inside the repository', 'it has a ".." segment'),
    count('{rows: a.csv, at: x}', 'count: expected `at` with rows of a .json, .yaml or .yml file alone'),
    count('{rows: a.csv, times: 1.5}', `count.times: ${WHOLE}; got 1.5`),
    count('{row: a.csv}', 'unknown key "row", did you mean rows?'),
    count('[a.csv]', 'count: expected a whole number', 'or {rows: evals/cases.jsonl}', 'got a list'),
  ];
  test.each(rows)('%s', async (_, text, expected) => {
    const found = await placedProblems(parseManifest(text, 'llm-budget.yml'));
    expect(found).toHaveLength(1);
    for (const fragment of expected) expect(found[0]).toContain(fragment);
  });

  const suite = (promptfoo: string) => `version: 1\nsuites:\n  s:\n    promptfoo: ${promptfoo}\n`;
  refuses([
    ['promptfoo without a configuration', suite('{completion_tokens: 5}'), ['4:5', 'promptfoo.config: missing']],
    ['promptfoo without completion tokens', suite('{config: a.yaml}'), ['4:5', 'promptfoo.completion_tokens: missing']],
    ['promptfoo as a path', suite('a.yaml'), ['4:5', 'promptfoo: expected a mapping of config, completion_tokens']],
    [
      'a model that is a number',
      suite('{config: a.yaml, completion_tokens: 5, models: {x: 5}}'),
      ['4:64', 'promptfoo.models.x: expected text; got 5'],
    ],
    [
      'an expected number of one provider above its maximum',
      suite('{config: a.yaml, completion_tokens: {a: 5, b: {expected: 9, max: 8}}}'),
      ['4:59', 'promptfoo.completion_tokens.b: expected (9) is more than max (8)'],
    ],
    [
      'an expected number above its maximum in defaults, which no written call has',
      'version: 1\ndefaults: {reasoning_tokens: {expected: 9, max: 8}}\nsuites: {s: {promptfoo: {config: a.yaml, completion_tokens: 5}}}\n',
      ['2:12', 'defaults.reasoning_tokens: expected (9) is more than max (8)'],
    ],
    [
      'a prompt file under another key',
      withCall({ prompt_files: '[{file: a.md}]' }),
      ['9:25', 'unknown key "file", did you mean path?'],
    ],
    [
      'a suite with neither',
      'version: 1\nsuites:\n  s: {repeat: 1}\n',
      ['3:3', 'suites.s.calls: missing: expected a list of calls, or promptfoo'],
    ],
  ]);

  test.each([
    'completion_tokens',
    'grader.prompt_tokens',
    'grader.completion_tokens',
    'grader.embedding.prompt_tokens',
  ])('an expected number of %s above its maximum', async (field) => {
    const tokens = (name: string) => `{expected: 9, max: ${name === field ? 8 : 9}}`;
    const graded = ['prompt_tokens', 'completion_tokens'].map((name) => `${name}: ${tokens(`grader.${name}`)}`);
    const embedding = `embedding: {model: a, prompt_tokens: ${tokens('grader.embedding.prompt_tokens')}}`;
    const fields = `completion_tokens: ${tokens('completion_tokens')}, grader: {${graded.join(', ')}, ${embedding}}`;
    const found = await placedProblems(parseManifest(suite(`{config: a.yaml, ${fields}}`), 'llm-budget.yml'));
    expect(found).toEqual([
      expect.stringMatching(`^4:\\d+ suites\\.s\\.promptfoo\\.${field}: expected \\(9\\) is more than max \\(8\\)$`),
    ]);
  });

  test('one number of completion tokens, one with a maximum, or one for each provider', async () => {
    const of = async (tokens: string) => {
      const { suites } = await parseManifest(suite(`{config: a.yaml, completion_tokens: ${tokens}}`), 'f');
      return suites[0]?.promptfoo?.completion_tokens;
    };
    expect(await of('300')).toEqual({ expected: 300, max: null });
    expect(await of('{expected: 300, max: 900}')).toEqual({ expected: 300, max: 900 });
    expect(await of('{"openai:gpt-5": 300}')).toEqual(new Map([['openai:gpt-5', { expected: 300, max: null }]]));
  });
});

describe('defaults', () => {
  const calls = (defaults: string) =>
    `version: 1\ndefaults:\n  ${defaults}\nsuites:\n  s:\n    calls:\n      - {model: a, count: 1, prompt_tokens: 10, completion_tokens: 5}\n      - {model: b, count: 1, prompt_tokens: 10, completion_tokens: 6}\n`;
  refuses([
    ['a mistake there is reported once', calls('retries: lots'), ['3:3', 'defaults.retries: expected a plain decimal']],
    [
      'an unknown key there is reported once',
      calls('retrys: 1'),
      ['3:3', 'defaults.retrys: unknown key "retrys", did you mean retries?'],
    ],
    ['a name cannot be shared', calls('name: x'), ['3:3', 'defaults.name: unknown key "name"']],
    [
      'null',
      'version: 1\ndefaults:\nsuites: {s: {calls: [{model: a, count: 1, prompt_tokens: 1, completion_tokens: 1}]}}\n',
      ['2:1', 'defaults: expected a mapping of model, count, prompt_tokens, ', '; got nothing (null)'],
    ],
    [
      'a list',
      calls('- retries: 1'),
      ['2:1', 'defaults: expected a mapping of model, count, prompt_tokens, ', '; got a list'],
    ],
    [
      'a shared cap below the completion of one call',
      calls('max_tokens: 5'),
      ['8:49', 'suites.s.calls[1].completion_tokens: completion_tokens (6) is more than max_tokens (5)'],
    ],
    [
      'shared parts above a shared whole',
      'version: 1\ndefaults: {completion_tokens: 5, reasoning_tokens: 6}\nsuites:\n  s: {calls: [{model: a, count: 1, prompt_tokens: 1}, {model: a, count: 1, prompt_tokens: 1}]}\n',
      ['2:34', 'defaults.reasoning_tokens: reasoning_tokens (6) is more than completion_tokens (5)'],
    ],
    [
      'a shared model that is wrong is not missing',
      'version: 1\ndefaults: {model: 5}\nsuites:\n  s: {calls: [{count: 1, prompt_tokens: 1, completion_tokens: 1}]}\n',
      ['2:12', 'defaults.model: expected text; got 5'],
    ],
    [
      'a shared alias',
      'version: 1\ndefaults: {model: *m}\nsuites:\n  s: {calls: [{count: 1, prompt_tokens: 1, completion_tokens: 1}]}\n',
      ['2:19', 'aliases'],
    ],
  ]);
});

describe('several mistakes', () => {
  refuses([
    [
      'are reported at once, those of fields and those between fields, in the order of the file',
      `version: 2
budget: {per_run: {warn: 2, fail: 1}, per_month: 5}
policy: {unpriced: maybe}
defaults: {images: none}
suites:
  b:
    budget: {per_run: $1}
    calls:
      - {name: x, model: a, count: "1", prompt_tokens: 10, completion_tokens: 5, cached_tokens: 11}
      - {name: x, model: a, count: 1, prompt_tokens: 10, completion_tokens: 5, max_tokens: 4, foo: 1}
`,
      ['1:1', 'version: expected 1'],
      ['2:20', 'warn (2) is above fail (1)'],
      ['2:39', 'budget.per_month: expected runs_per_month'],
      ['3:10', 'policy.unpriced'],
      ['4:12', 'defaults.images'],
      ['7:14', 'suites.b.budget.per_run'],
      ['9:29', 'suites.b.calls[0].count'],
      ['9:82', 'cached_tokens (11) is more than prompt_tokens (10)'],
      ['10:10', 'suites.b.calls[1].name: expected a name that is unique in the suite; suites.b.calls[0] is "x" too'],
      ['10:58', 'completion_tokens (5) is more than max_tokens (4)'],
      ['10:95', 'unknown key "foo"'],
    ],
  ]);
});
