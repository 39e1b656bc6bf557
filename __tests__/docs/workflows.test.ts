import { describe, expect, test } from '@jest/globals';
import { DEFAULT_ACTION } from '../../src/cli/starter-files.js';
import { projectFiles } from '../support/project-files.js';
import {
  actionlint,
  exampleWorkflows,
  ownWorkflows,
  parseWorkflow,
  stepsOf,
  workflowBlocks,
  type Step,
  type Workflow,
} from '../support/workflows.js';
import { readActionFile } from '../support/runner-files.js';

const OWN = await ownWorkflows();
const COPIED = [...(await exampleWorkflows()), ...(await workflowBlocks())];
const named = ({ name, text }: Workflow): [string, string] => [name, text];

/** The action as people name it, and as it names itself in its own repository. */
const isOurAction = (uses: string | undefined): boolean => uses === DEFAULT_ACTION || uses === './';
const RECORD_ACTION = DEFAULT_ACTION.replace('@', '/record@');

test('there are workflows to check: own ones, examples, and blocks in the README', () => {
  expect(OWN.length).toBeGreaterThan(0);
  expect(COPIED.filter(({ name }) => name.startsWith('examples/')).length).toBeGreaterThan(4);
  expect(COPIED.filter(({ name }) => name.startsWith('README.md:')).length).toBeGreaterThan(2);
});

describe.each([...OWN, ...COPIED].map(named))('%s', (name, text) => {
  test('is a workflow in which actionlint finds nothing', async () => {
    expect(await actionlint({ name, text })).toEqual([]);
  });

  test('gives the action only inputs that it has', async () => {
    const { inputs } = await readActionFile();
    const given = stepsOf(text).flatMap((step) => (isOurAction(step.uses) ? Object.keys(step.with) : []));
    expect(given.filter((input) => !Object.hasOwn(inputs, input))).toEqual([]);
    const recording = stepsOf(text).flatMap((step) => (step.uses === RECORD_ACTION ? Object.keys(step.with) : []));
    const record = await readActionFile('record/action.yml');
    expect(recording.filter((input) => !Object.hasOwn(record.inputs, input))).toEqual([]);
  });

  test('reads only outputs that the action has', async () => {
    const { outputs } = await readActionFile();
    const ids = stepsOf(text).flatMap(({ uses, id }) => (isOurAction(uses) && id !== undefined ? [id] : []));
    const read = ids.flatMap((id) =>
      [...text.matchAll(new RegExp(String.raw`steps\.${id}\.outputs\.([\w-]+)`, 'g'))].map(([, output = '']) => output),
    );
    expect(read.filter((output) => !Object.hasOwn(outputs, output))).toEqual([]);
  });

  test('says what its token may do', () => {
    const { permissions, jobs } = parseWorkflow(text);
    const unsaid = Object.entries(jobs).filter(([, job]) => (job.permissions ?? permissions) === undefined);
    expect(unsaid.map(([job]) => job)).toEqual([]);
    expect(text).not.toMatch(/(?:read|write)-all/);
  });

  test('pins every action of others to a commit, with the version beside it', () => {
    const uses = [...text.matchAll(/^\s*(?:- )?uses: (.+)$/gm)].map(([, used = '']) => used);
    const others = uses.filter((used) => !isOurAction(used) && used !== RECORD_ACTION);
    expect(others.filter((used) => !/^[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(used))).toEqual([]);
  });
});

/** A job of a copied workflow that has the gate, by the workflow's and its own name. */
const GATES = COPIED.flatMap(({ name, text }) =>
  Object.entries(parseWorkflow(text).jobs).flatMap(([job, { steps }]): [string, Step[]][] =>
    steps.some(({ uses }) => uses === DEFAULT_ACTION) ? [[`${job} of ${name}`, steps]] : [],
  ),
);

/** Code of the change that ran before the gate in its job could set a proxy for it, read its key or replace its files. */
describe.each(GATES)('the gate in %s', (_, steps) => {
  const own = steps.filter(({ uses }) => uses !== DEFAULT_ACTION);
  const first = steps.findIndex(({ uses }) => uses === DEFAULT_ACTION);

  test('comes before everything in its job but a download of recordings', () => {
    const before = steps.slice(0, first).filter(({ uses }) => !uses?.startsWith('actions/download-artifact@'));
    expect(before).toEqual([]);
  });

  test('has nothing of the change in its job: no checkout, no other action, no script but echo', () => {
    const foreign = own.filter(({ uses, run }) =>
      uses === undefined ? run?.startsWith('echo ') !== true : !uses.startsWith('actions/download-artifact@'),
    );
    expect(foreign).toEqual([]);
  });
});

describe('an override by label lets the suites run', () => {
  /** The jobs of copied workflows that wait for a gate and ask which action of the event started them. */
  const waiting = COPIED.flatMap(({ name, text }) =>
    Object.entries(parseWorkflow(text).jobs).flatMap(([job, { needs, if: condition = '' }]): [string, string][] =>
      needs === 'budget' && condition.includes('github.event.action') ? [[`${job} of ${name}`, condition]] : [],
    ),
  );

  test('in the examples in which they wait for the gate', () => {
    expect(waiting.map(([name]) => name)).toEqual([
      'tasks of examples/agent-caching/workflow.yml',
      'evals of examples/monorepo/matrix.yml',
    ]);
  });

  test.each(waiting)('%s: when a label is set, and on every push, but not when a title is edited', (_, condition) => {
    const [, list = ''] = /^contains\(fromJSON\('(\[.*\])'\), github\.event\.action\)$/.exec(condition) ?? [];
    expect(JSON.parse(list)).toEqual(['opened', 'synchronize', 'reopened', 'labeled']);
  });
});

test('the gates that people copy are in the README, docs/trust.md and each example', async () => {
  const places = GATES.flatMap(([name]) => / of (README|docs\/trust|examples\/[\w-]+)/.exec(name)?.[1] ?? []);
  const examples = (await projectFiles(/^examples\/.+\/.+$/)).map((path) => path.split('/').slice(0, 2).join('/'));
  expect([...new Set(places)].sort()).toEqual([...new Set(['README', 'docs/trust', ...examples])].sort());
});

describe.each(OWN.map(named))('%s, which runs here,', (_, text) => {
  test('grants nothing at the top and what is needed to each job', () => {
    expect(parseWorkflow(text).permissions).toEqual({});
  });

  test('leaves no credentials behind where it checks out', () => {
    const checkouts = stepsOf(text).filter(({ uses }) => uses?.startsWith('actions/checkout@') === true);
    expect(checkouts.filter((step) => step.with['persist-credentials'] !== false)).toEqual([]);
  });

  test('ends in time', () => {
    const jobs = Object.entries(parseWorkflow(text).jobs);
    expect(jobs.filter(([, job]) => job['timeout-minutes'] === undefined).map(([job]) => job)).toEqual([]);
  });

  test('puts no expression into a script, where a value could become a command', () => {
    const scripts = stepsOf(text).map(({ run }) => run ?? '');
    expect(scripts.filter((script) => script.includes('${{'))).toEqual([]);
  });
});

test('one version of each action is used everywhere', () => {
  const versions = new Map<string, Set<string>>();
  for (const { text } of [...OWN, ...COPIED]) {
    for (const [, action = '', version = ''] of text.matchAll(/uses: ([\w.-]+\/[\w.-]+)[\w/-]*@([0-9a-f]{40})/g)) {
      versions.set(action, new Set([...(versions.get(action) ?? []), version]));
    }
  }
  expect([...versions].filter(([, used]) => used.size > 1).map(([action]) => action)).toEqual([]);
});

test('the linter finds what is wrong, so that finding nothing means something', async () => {
  const text =
    'on: pull_request\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ github.evnt }}\n';
  expect(await actionlint({ name: 'wrong.yml', text })).toEqual([expect.stringContaining('"evnt" is not defined')]);
});
