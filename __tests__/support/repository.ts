import { execFileSync } from 'node:child_process';
import { temporaryFolder, type TemporaryFolder } from './temporary-folder.js';

/** Its path is the root of the working tree. */
export interface TestRepository extends TemporaryFolder {
  readonly git: (...args: string[]) => string;
  /** Commits the whole working tree and returns the commit's id. */
  readonly commit: () => string;
}

/** A real git repository on the branch `main`, untouched by the configuration of whoever runs the tests. */
export function testRepository(): TestRepository {
  const folder = temporaryFolder();
  const settings = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', '-c', 'commit.gpgsign=false'];
  const git = (...args: string[]): string =>
    execFileSync('git', [...settings, ...args], {
      cwd: folder.path,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' },
    }).trim();
  git('init', '--quiet', '--initial-branch=main');
  return {
    ...folder,
    git,
    commit: () => {
      git('add', '--all');
      git('commit', '--quiet', '--allow-empty', '--message', 'change');
      return git('rev-parse', 'HEAD');
    },
  };
}
