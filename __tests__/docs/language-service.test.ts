import { describe, expect, test } from '@jest/globals';
import { validate, type ActionsMetadataProvider } from '@actions/languageservice';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { parse } from 'yaml';
import { z } from 'zod';
import { DEFAULT_ACTION } from '../../src/cli/starter-files.js';
import { readProjectFile } from '../support/project-files.js';
import { exampleWorkflows, ownWorkflows, workflowBlocks } from '../support/workflows.js';

type ActionMetadata = Awaited<ReturnType<ActionsMetadataProvider['fetchActionMetadata']>>;

/** GitHub's own language service, as editors run it, over `action.yml` and every workflow that uses it. */

const actionSchema = z.object({
  name: z.string(),
  description: z.string(),
  inputs: z.record(z.string(), z.object({ description: z.string(), default: z.string().optional() })),
  outputs: z.record(z.string(), z.object({ description: z.string() })),
});

const workflows = [...(await ownWorkflows()), ...(await exampleWorkflows()), ...(await workflowBlocks())];

/** The inputs that we give to actions of others, as their action.yml had them at the pinned versions (2026-11-24). */
const OTHERS = new Map([
  ['actions/checkout', ['repository', 'ref', 'path', 'fetch-depth', 'persist-credentials']],
  ['actions/setup-node', ['node-version', 'node-version-file', 'package-manager-cache']],
  ['actions/attest', ['subject-path', 'sbom-path']],
  ['actions/upload-artifact', ['name', 'path', 'if-no-files-found']],
  ['actions/download-artifact', ['name', 'path']],
  ['anthropics/claude-code-action', ['anthropic_api_key']],
  ['github/codeql-action/init', ['languages', 'config']],
  ['github/codeql-action/analyze', ['category']],
  ['zizmorcore/zizmor-action', []],
]);

async function metadataOf(action: string): Promise<ActionMetadata> {
  const own = [`${action}@v1`, `${action.replace(/\/record$/, '')}@v1`].indexOf(DEFAULT_ACTION);
  if (own !== -1)
    return actionSchema.parse(parse(await readProjectFile(own === 0 ? 'action.yml' : 'record/action.yml')));
  const inputs = OTHERS.get(action);
  if (inputs === undefined) return undefined;
  return {
    name: action,
    description: '',
    inputs: Object.fromEntries(inputs.map((name) => [name, { description: '' }])),
  };
}

async function mistakesIn(name: string, text: string): Promise<string[]> {
  const found = await validate(TextDocument.create(`file:///${name}`, 'yaml', 1, text), {
    actionsMetadataProvider: {
      fetchActionMetadata: ({ owner, name: action, path }) =>
        metadataOf([owner, action, ...(path === undefined || path === '' ? [] : [path])].join('/')),
    },
  });
  return found.map(({ message, range }) => {
    const said = typeof message === 'string' ? message : message.value;
    return `${String(range.start.line + 1)}: ${said}`;
  });
}

test.each(['action.yml', 'record/action.yml'])('%s is an action', async (name) => {
  expect(await mistakesIn('action.yml', await readProjectFile(name))).toEqual([]);
});

describe.each(workflows.map(({ name, text }) => [name, text] as const))('%s', (name, text) => {
  test('is a workflow, and gives the action what it takes', async () => {
    expect(await mistakesIn(`.github/workflows/${name.replaceAll(/\W/g, '-')}.yml`, text)).toEqual([]);
  });
});

test('a key that no action has is found', async () => {
  const text = (await readProjectFile('action.yml')).replace('branding:', 'brand:');
  // The service remembers a document by its name.
  expect(await mistakesIn('other/action.yml', text)).toEqual([expect.stringContaining('brand')]);
});

test('an input that the action does not have is found', async () => {
  const text = `on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: ${DEFAULT_ACTION}\n        with:\n          manifset: x.yml\n`;
  expect(await mistakesIn('.github/workflows/a.yml', text)).toEqual([expect.stringContaining('manifset')]);
});
