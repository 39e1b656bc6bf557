import { beforeAll, describe, expect, test } from '@jest/globals';
import { judgedOf, manifestText, openChange, fixtureForAllTests } from '../support/pull-request.js';

/** Variables by which code that ran earlier in the same job could put a server of its own between the action and the catalogue. */

const FILE = 'llm-budget.yml';
const fixture = fixtureForAllTests();
let number: number;
beforeAll(async () => {
  number = await openChange(fixture.github, { [FILE]: manifestText() }, { [FILE]: manifestText({ count: 200 }) });
});

const CODES = ['proxy', 'certificate_authority'];

describe('a run whose environment', () => {
  test.each(['0', ' 0 '])(
    'has Node accept any certificate (%j) has no verdict, and sends no request',
    async (value) => {
      const before = fixture.github.requests.length + fixture.catalogue.requests.length;
      for (const failOn of ['violation', 'never']) {
        const result = await fixture.runOnPullRequest(number, {
          inputs: { 'fail-on': failOn },
          variables: { NODE_TLS_REJECT_UNAUTHORIZED: value },
        });
        expect([result.exitCode, result.outputs.get('verdict')]).toEqual([2, 'error']);
        expect(result.annotations).toEqual([
          expect.objectContaining({ message: expect.stringContaining('NODE_TLS_REJECT_UNAUTHORIZED is 0') }),
        ]);
      }
      expect(fixture.github.requests.length + fixture.catalogue.requests.length).toBe(before);
    },
  );

  test.each<[Readonly<Record<string, string>>, string, string]>([
    [{ HTTPS_PROXY: 'http://user:pa55@proxy.test:3128' }, 'proxy', 'proxy.test:3128 (HTTPS_PROXY)'],
    [{ http_proxy: 'proxy.test:3128' }, 'proxy', 'proxy.test:3128 (HTTP_PROXY)'],
    [{ NODE_EXTRA_CA_CERTS: '/tmp/ca.pem' }, 'certificate_authority', '/tmp/ca.pem (NODE_EXTRA_CA_CERTS)'],
    [{ NODE_USE_SYSTEM_CA: '1' }, 'certificate_authority', "the system's (NODE_USE_SYSTEM_CA)"],
  ])('has %j names it in report, summary and comment, and its verdict stands', async (variables, code, words) => {
    const result = await fixture.runOnPullRequest(number, { variables });
    const { exitCode, report } = judgedOf(result);
    expect([exitCode, report.verdict]).toEqual([0, 'pass']);
    const notes = report.notes.filter((note) => CODES.includes(note.code));
    expect(notes).toEqual([{ code, message: expect.stringContaining(words) }]);
    const [comment] = await fixture.github.comments(number);
    for (const markdown of [result.summary, comment?.body ?? '']) {
      expect(markdown.replace(/[`\\]/g, '')).toContain(words);
      expect(markdown).not.toContain('pa55');
    }
    expect(JSON.stringify(report)).not.toContain('pa55');
  });

  // The controls: nothing is said of variables that are absent, empty, or change nothing.
  test.each<[Readonly<Record<string, string>>]>([
    [{}],
    [{ HTTPS_PROXY: '', NODE_EXTRA_CA_CERTS: '', NODE_TLS_REJECT_UNAUTHORIZED: '', NODE_USE_SYSTEM_CA: '' }],
    [{ NO_PROXY: 'internal.test', NODE_TLS_REJECT_UNAUTHORIZED: '1', NODE_USE_SYSTEM_CA: '0' }],
  ])('has %j passes without a note on it', async (variables) => {
    const { exitCode, report } = judgedOf(await fixture.runOnPullRequest(number, { variables }));
    expect([exitCode, report.verdict]).toEqual([0, 'pass']);
    expect(report.notes.filter(({ code }) => CODES.includes(code))).toEqual([]);
  });
});
