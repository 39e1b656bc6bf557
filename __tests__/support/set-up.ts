import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import { startCatalogueServer, type CatalogueContent, type CatalogueServer } from './catalogue-server.js';
import { testRepository, type TestRepository } from './repository.js';
import { temporaryFolder, type TemporaryFolder } from './temporary-folder.js';

/**
 * What a test file, or a block of one, starts before its tests and ends after them. Each function is called once, at the top,
 * and returns what the running test has.
 */

/** A folder of its own for each test, empty at first. */
export function temporaryFolderForEachTest(): Omit<TemporaryFolder, 'remove'> {
  return folderOf(
    forEachTest(temporaryFolder, (folder) => {
      folder.remove();
    }),
  );
}

/** A git repository of its own for each test, without a commit at first. */
export function repositoryForEachTest(): Omit<TestRepository, 'remove'> {
  const repository = forEachTest(testRepository, ({ remove }) => {
    remove();
  });
  return Object.assign(folderOf(repository), {
    git: (...args: string[]) => repository().git(...args),
    commit: () => repository().commit(),
  });
}

function folderOf(folder: () => TemporaryFolder): Omit<TemporaryFolder, 'remove'> {
  return {
    get path() {
      return folder().path;
    },
    read: (path) => folder().read(path),
    write: (path, content) => {
      folder().write(path, content);
    },
    link: (path, target) => {
      folder().link(path, target);
    },
  };
}

/** One catalogue for all tests; whatever intercepts its requests does so until the test ends. */
export function catalogueForAllTests(content: CatalogueContent): Omit<CatalogueServer, 'close'> {
  const catalogue = forAllTests(
    () => startCatalogueServer(content),
    (server) => server.close(),
  );
  afterEach(() => {
    catalogue().intercept(null);
  });
  return {
    get url() {
      return catalogue().url;
    },
    get requests() {
      return catalogue().requests;
    },
    intercept: (answer) => {
      catalogue().intercept(answer);
    },
  };
}

/** Starts something before each test, and ends it after the test. Returns what gives the running test its own. */
export function forEachTest<T>(start: () => T | Promise<T>, end: (started: T) => unknown): () => T {
  return between(beforeEach, afterEach, start, end);
}

/** Starts something before the first test, and ends it after the last. */
export function forAllTests<T>(start: () => T | Promise<T>, end: (started: T) => unknown): () => T {
  return between(beforeAll, afterAll, start, end);
}

type Hook = typeof beforeAll;

function between<T>(before: Hook, after: Hook, start: () => T | Promise<T>, end: (started: T) => unknown): () => T {
  const running: T[] = [];
  const current = (): T => {
    const [started] = running;
    if (started === undefined) throw new Error('used outside of a test');
    return started;
  };
  before(async () => {
    running.push(await start());
  });
  after(async () => {
    const started = running.pop();
    // Without it, `start` has failed, and jest reports why.
    if (started !== undefined) await end(started);
  });
  return current;
}
