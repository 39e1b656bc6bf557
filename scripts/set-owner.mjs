/**
 * `node scripts/set-owner.mjs NAME` puts the account that publishes the action in place of OWNER: in the pages, the
 * examples, the workflow that `init` writes, CODEOWNERS and package.json. Commit what it changes, after `npm run bundle`.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const [name, ...rest] = process.argv.slice(2);
// GitHub's rule for logins: letters, digits and single hyphens, at most 39, none at either end.
if (name === undefined || rest.length > 0 || !/^(?!.*--)[A-Za-z0-9](?:[A-Za-z0-9-]{0,37}[A-Za-z0-9])?$/.test(name)) {
  console.error('Usage: node scripts/set-owner.mjs NAME, where NAME is a user or organization of GitHub');
  process.exit(2);
}

/** Sentences that explain the placeholder, which go with it. */
const EXPLANATIONS = [
  '`OWNER` stands for the account that publishes the action. ',
  '- `OWNER` stands for the account that publishes the action.\n',
];

const files = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
  .split('\0')
  .filter((file) => /\.(?:md|ya?ml|ts)$|^\.github\/CODEOWNERS$/.test(file))
  .filter((file) => !file.startsWith('__tests__/') && !file.startsWith('dist/') && existsSync(join(root, file)));

let changed = 0;
function rewrite(file, change) {
  const path = join(root, file);
  const before = readFileSync(path, 'utf8');
  const after = change(before);
  if (after === before) return;
  writeFileSync(path, after);
  changed += 1;
  console.log(file);
}

for (const file of files) {
  rewrite(file, (text) => {
    const explained = EXPLANATIONS.reduce((kept, sentence) => kept.replace(sentence, ''), text);
    return explained
      .replaceAll(/\bOWNER\/llm-budget(?![\w-])/g, `${name}/llm-budget`)
      .replaceAll(/@OWNER\b/g, `@${name}`);
  });
}
rewrite('package.json', (text) => {
  const { name: packageName, version, description, ...others } = JSON.parse(text);
  const repository = `github:${name}/llm-budget`;
  return `${JSON.stringify({ name: packageName, version, description, repository, ...others }, null, 2)}\n`;
});
if (changed === 0) {
  console.error('There is nothing to change: no file has OWNER');
  process.exit(1);
}
