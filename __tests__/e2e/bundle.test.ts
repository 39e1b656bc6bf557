import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { readProjectFile, ROOT } from '../support/project-files.js';
import { sourceFiles } from '../support/layout.js';

/** What `npm run bundle` puts into dist/. */

const DIST = join(ROOT, 'dist');
const bundle = readdirSync(join(DIST, 'bundle')).filter((name) => name.endsWith('.js'));
const texts = bundle.map((name) => readFileSync(join(DIST, 'bundle', name), 'utf8'));

const partsSchema = z.object({
  bomFormat: z.literal('CycloneDX'),
  components: z.array(
    z.object({
      name: z.string(),
      version: z.string(),
      purl: z.string(),
      licenses: z.array(z.object({ expression: z.string().min(2) })).length(1),
      hashes: z.array(z.object({ alg: z.literal('SHA-512'), content: z.string().regex(/^[0-9a-f]{128}$/) })).length(1),
    }),
  ),
});

async function parts(): Promise<z.infer<typeof partsSchema>['components']> {
  return partsSchema.parse(JSON.parse(await readProjectFile('dist/sbom.cdx.json'))).components;
}

/** The packages that files of `src` import, as far as they are more than types. */
async function importedPackages(): Promise<string[]> {
  const names = new Set<string>();
  for (const file of await sourceFiles()) {
    const text = await readProjectFile(`src/${file}`);
    const imports = text.matchAll(
      /^import (?!type )[^;]*?from '((?:@[^/']+\/)?[^./'][^/']*)|import\('((?:@[^/']+\/)?[^./'][^/']*)/gm,
    );
    for (const [, declared, loaded] of imports) names.add(declared ?? loaded ?? '');
  }
  return [...names].filter((name) => !name.startsWith('node:')).sort();
}

test('dist takes at most 4 MB', () => {
  const files = readdirSync(DIST, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const bytes = files.map((entry) => statSync(join(entry.parentPath, entry.name)).size);
  expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(4_000_000);
});

test.each([
  ['undici', 'UND_MOCK_ERR_MOCK_NOT_MATCHED'],
  ['the vocabulary of the tokenizer', '" accordingly"'],
])('%s is in one file', (_, text) => {
  expect(texts.filter((content) => content.includes(text))).toHaveLength(1);
});

test("the tokenizer's vocabulary alone has characters beyond ASCII, which make V8 hold a file in two bytes for each", () => {
  const beyond = texts.filter((content) => /[^\0-\x7f]/.test(content));
  expect(beyond.map((content) => content.includes('" accordingly"'))).toEqual([true]);
});

test('the packages that the sources import, and those that these bring, are in the parts list and in the licences', async () => {
  const listed = (await parts()).map(({ name }) => name);
  const licences = await readProjectFile('dist/licenses.txt');
  const brought = [
    '@actions/http-client',
    '@octokit/core',
    '@octokit/endpoint',
    '@octokit/graphql',
    '@octokit/plugin-paginate-rest',
    '@octokit/request',
    'fdir',
    'universal-user-agent',
  ];
  const due = [...(await importedPackages()), ...brought];
  expect(due.length).toBeGreaterThan(15);
  expect(due.filter((name) => !listed.includes(name))).toEqual([]);
  expect(due.filter((name) => !new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(`, 'm').test(licences))).toEqual([]);
});

test('the parts list and the licences name the same packages, and none that only develops', async () => {
  const components = await parts();
  const headings = [
    ...(await readProjectFile('dist/licenses.txt')).matchAll(/^(\S+ \d+\.\d+\.\d+\S*) \([\w .()-]+\)$/gm),
  ];
  expect(headings.map(([, heading]) => heading)).toEqual(components.map(({ name, version }) => `${name} ${version}`));
  const names = components.map(({ name }) => name);
  for (const name of ['jest', 'typescript', 'eslint', '@vercel/ncc']) expect(names).not.toContain(name);
});
