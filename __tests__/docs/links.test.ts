import { describe, expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT, projectFiles, readProjectFile } from '../support/project-files.js';

const pages = await projectFiles(/\.md$/);

/** Targets of links and pictures, code left out. */
function targets(markdown: string): string[] {
  const prose = markdown.replaceAll(/^( *)```[^]*?^\1```$/gm, '').replaceAll(/`[^`\n]*`/g, '');
  const links = [...prose.matchAll(/\]\(([^)\s]+)\)/g), ...prose.matchAll(/(?:href|src|srcset)="([^"]+)"/g)];
  return links.map(([, target = '']) => target);
}

/** The anchor that GitHub gives to a heading. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .trim()
    .replaceAll(' ', '-');
}

function anchors(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchor(heading));
}

test('the pages that a repository is expected to have are there', () => {
  const expected = [
    'README.md',
    'CHANGELOG.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
    'docs/trust.md',
    'docs/decisions.md',
  ];
  expect(expected.filter((page) => !pages.includes(page))).toEqual([]);
});

describe.each(pages)('%s', (page) => {
  test('links only to files and headings that exist', async () => {
    const broken: string[] = [];
    const text = await readProjectFile(page);
    for (const target of targets(text).filter((one) => !/^(?:https?|mailto):/.test(one))) {
      const [path = '', heading] = target.split('#');
      const file = path === '' ? page : join(dirname(page), path);
      if (!existsSync(join(ROOT, file))) broken.push(target);
      else if (heading !== undefined && !anchors(await readProjectFile(file)).includes(heading)) broken.push(target);
    }
    expect(broken).toEqual([]);
  });

  test('names web pages by https alone', async () => {
    const insecure = targets(await readProjectFile(page)).filter((target) => target.startsWith('http:'));
    expect(insecure).toEqual([]);
  });
});
