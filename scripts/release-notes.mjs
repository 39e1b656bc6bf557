/**
 * `node scripts/release-notes.mjs 1.2.3` prints the section of that version in CHANGELOG.md. Exit code 1 where it is absent,
 * has no date or is empty, because a release without notes is a mistake.
 */
import { readFileSync } from 'node:fs';

const [version = '', file = new URL('../CHANGELOG.md', import.meta.url)] = process.argv.slice(2);
const sections = readFileSync(file, 'utf8').split(/^## /m).slice(1);
const section = sections.find((text) => {
  const [, named] = /^\[?([^\]\s]+)\]? - \d{4}-\d\d-\d\d\s*$/m.exec(text.slice(0, text.indexOf('\n'))) ?? [];
  return named === version;
});
const notes = section?.slice(section.indexOf('\n')).trim() ?? '';
if (notes === '') {
  console.error(`CHANGELOG.md has no dated section with text for ${version}: "## [${version}] - YYYY-MM-DD"`);
  process.exitCode = 1;
} else {
  console.log(notes);
}
