import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { projectFiles, readProjectFile } from '../support/project-files.js';

/** What GitHub reads beside the workflows, in the shapes that its documentation gives. */

const elementSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('markdown'), attributes: z.strictObject({ value: z.string() }) }),
  ...(['input', 'textarea', 'dropdown'] as const).map((type) =>
    z.strictObject({
      type: z.literal(type),
      id: z.string().regex(/^[\w-]+$/),
      attributes: z.strictObject({
        label: z.string().min(1),
        description: z.string().optional(),
        placeholder: z.string().optional(),
        ...(type === 'textarea' ? { render: z.string().optional() } : {}),
        ...(type === 'dropdown' ? { options: z.array(z.string()).min(1) } : {}),
      }),
      validations: z.strictObject({ required: z.boolean() }).optional(),
    }),
  ),
]);

const formSchema = z.strictObject({
  name: z.string().min(1),
  description: z.string().min(1),
  labels: z.array(z.string()),
  body: z.array(elementSchema).min(1),
});

const forms = (await projectFiles(/^\.github\/ISSUE_TEMPLATE\/.+\.yml$/)).filter(
  (file) => !file.endsWith('config.yml'),
);

describe.each(forms)('%s', (file) => {
  test('is an issue form whose fields have ids of their own', async () => {
    const { body } = formSchema.parse(parse(await readProjectFile(file)));
    const ids = body.flatMap((element) => ('id' in element ? [element.id] : []));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThan(0);
  });
});

test('whoever has a security problem is shown the private way', async () => {
  expect(await readProjectFile('.github/ISSUE_TEMPLATE/config.yml')).toContain('/security/advisories/new');
});

test('dependabot waits before it takes a release, for packages and for actions', async () => {
  const { updates } = z
    .object({
      version: z.literal(2),
      updates: z.array(
        z.object({
          'package-ecosystem': z.string(),
          schedule: z.object({ interval: z.string() }),
          cooldown: z.object({ 'default-days': z.number() }),
        }),
      ),
    })
    .parse(parse(await readProjectFile('.github/dependabot.yml')));
  expect(updates.map((update) => update['package-ecosystem']).sort()).toEqual(['github-actions', 'npm']);
  expect(updates.filter(({ cooldown }) => cooldown['default-days'] < 7)).toEqual([]);
});
