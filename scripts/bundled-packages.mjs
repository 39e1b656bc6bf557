/** Makes the licences and the parts list (SBOM) of the bundle from the bundler's list of modules. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Returns the packages whose modules are in the bundle, by their folders in node_modules, sorted by name and version. `stats`
 * is the file that ncc writes with --stats-out: webpack's list of modules. A joined module has its parts under `modules`.
 */
export function bundledPackages(stats, root) {
  const folders = new Set();
  const visit = ({ name = '', modules = [] }) => {
    const folder = /^(?:.*\/)?(node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(name.split('!').at(-1) ?? '');
    if (folder !== null) folders.add(folder[0].replace(/^\.\//, '').replace(/\/$/, ''));
    for (const part of modules) visit(part);
  };
  for (const module of stats.modules) visit(module);
  if (folders.size === 0) throw new Error('the bundler lists no module of a package');
  return [...folders]
    .map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
      return { folder, path: join(root, folder), name, version, license };
    })
    .sort((one, other) => compare(one.name, other.name) || compare(one.version, other.version));
}

function compare(one, other) {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

/** Returns name, version and licence of each package, with the text of its licence file. */
export function licencesText(packages) {
  const parts = packages.map(({ path, name, version, license }) => {
    const file = readdirSync(path).find((entry) => /^licen[cs]e(?:[.-]|$)/i.test(entry));
    const text = file === undefined ? '' : readFileSync(join(path, file), 'utf8').replace(/\r\n?/g, '\n').trim();
    return `${name} ${version} (${license})\n\n${text}`.trim();
  });
  return `${parts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

/** Makes the parts list in the format CycloneDX 1.6. It has no time and no serial number, so that every build is the same. */
export function partsList(packages, root) {
  const own = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const components = packages.map(({ folder, name, version, license }) => {
    const [algorithm, hash] = lock.packages[folder].integrity.split('-', 2);
    if (algorithm !== 'sha512') throw new Error(`${folder}: the lockfile has no sha512`);
    return {
      type: 'library',
      'bom-ref': purl(name, version),
      name,
      version,
      purl: purl(name, version),
      licenses: [{ expression: license }],
      hashes: [{ alg: 'SHA-512', content: Buffer.from(hash, 'base64').toString('hex') }],
    };
  });
  const document = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': purl(own.name, own.version),
        name: own.name,
        version: own.version,
        purl: purl(own.name, own.version),
        licenses: [{ expression: own.license }],
      },
    },
    components,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function purl(name, version) {
  return `pkg:npm/${name.replace(/^@/, '%40')}@${version}`;
}
