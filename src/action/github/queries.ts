import { z } from 'zod';

/** The queries for GitHub's GraphQL API. Each reads as much as one request can. */

/** 100 is the most that GitHub gives for a page. */
export const PAGE_SIZE = 100;

const ENTRY = `fragment Entry on TreeEntry {
  mode
  oid
  object { __typename ... on Blob { text byteSize isBinary isTruncated } }
}`;

const LABELS = 'nodes { name } pageInfo { hasNextPage endCursor }';
const REVIEWS = `nodes { author { __typename login } state submittedAt commit { oid } authorCanPushToRepository }
  pageInfo { hasNextPage endCursor }`;
const FILES = 'nodes { path } pageInfo { hasNextPage endCursor }';
/** Without the bodies: those of a hundred comments can be larger than the largest answer that is read. */
const COMMENTS = `nodes { id fullDatabaseId url viewerDidAuthor author { __typename login } }
  pageInfo { hasNextPage endCursor }`;

/** The commit that GitHub makes to test whether a pull request can be merged: its parents are base and head. */
const TEST_MERGE = `state
      mergeable
      potentialMergeCommit { oid file(path: $manifest) { ...Entry } parents(first: 2) { nodes { oid file(path: $manifest) { ...Entry } } } }`;

/** Reads policy and lockfile of the default branch, head, base and the pull request: all that most runs need. */
export const REPOSITORY_QUERY = `query Repository(
  $owner: String!, $name: String!, $manifest: String!, $lock: String!, $head: GitObjectID!, $withParent: Boolean!,
  $base: GitObjectID!, $withBase: Boolean!, $number: Int!, $withPullRequest: Boolean!,
  $withLists: Boolean!, $withComments: Boolean!, $withMerge: Boolean!
) {
  viewer { login }
  repository(owner: $owner, name: $name) {
    defaultBranchRef {
      name
      target { __typename oid ... on Commit { policy: file(path: $manifest) { ...Entry } lock: file(path: $lock) { ...Entry } } }
    }
    head: object(oid: $head) {
      __typename
      oid
      ... on Commit {
        file(path: $manifest) { ...Entry }
        parents(first: 1) @include(if: $withParent) { nodes { oid file(path: $manifest) { ...Entry } } }
      }
    }
    base: object(oid: $base) @include(if: $withBase) { __typename oid ... on Commit { file(path: $manifest) { ...Entry } } }
    pullRequest(number: $number) @include(if: $withPullRequest) {
      number
      headRefOid
      headRefName
      headRepository { nameWithOwner }
      baseRefName
      baseRef { target { oid } }
      author { login }
      ... @include(if: $withMerge) { ${TEST_MERGE} }
      labels(first: ${PAGE_SIZE}) @include(if: $withLists) { ${LABELS} }
      reviews(first: ${PAGE_SIZE}) @include(if: $withLists) { ${REVIEWS} }
      files(first: ${PAGE_SIZE}) @include(if: $withLists) { ${FILES} }
      comments(first: ${PAGE_SIZE}) @include(if: $withComments) { ${COMMENTS} }
    }
  }
}
${ENTRY}`;

/** Requests the test merge again while GitHub is computing it. */
export const MERGE_QUERY = `query Merge($owner: String!, $name: String!, $number: Int!, $manifest: String!) {
  repository(owner: $owner, name: $name) { pullRequest(number: $number) { headRefOid ${TEST_MERGE} } }
}
${ENTRY}`;

/** A further page of lists of the pull request. */
export const PAGES_QUERY = `query Pages(
  $owner: String!, $name: String!, $number: Int!, $size: Int!, $labels: String, $withLabels: Boolean!, $reviews: String,
  $withReviews: Boolean!, $files: String, $withFiles: Boolean!, $comments: String, $withComments: Boolean!
) {
  viewer { login }
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      headRefOid
      labels(first: $size, after: $labels) @include(if: $withLabels) { ${LABELS} }
      reviews(first: $size, after: $reviews) @include(if: $withReviews) { ${REVIEWS} }
      files(first: $size, after: $files) @include(if: $withFiles) { ${FILES} }
      comments(first: $size, after: $comments) @include(if: $withComments) { ${COMMENTS} }
    }
  }
}`;

/** Just before a comment is written: where the pull request's branch is by now, and the texts of our comments. */
export const RECHECK_QUERY = `query Recheck($owner: String!, $name: String!, $number: Int!, $ids: [ID!]!) {
  repository(owner: $owner, name: $name) { pullRequest(number: $number) { headRefOid } }
  nodes(ids: $ids) { __typename ... on IssueComment { id body } }
}`;

/** The open pull requests of a branch name, which several forks may share. */
export const SEARCH_QUERY = `query Search($owner: String!, $name: String!, $branch: String!, $after: String) {
  repository(owner: $owner, name: $name) {
    pullRequests(headRefName: $branch, states: [OPEN], first: ${PAGE_SIZE}, after: $after, orderBy: {field: CREATED_AT, direction: DESC}) {
      nodes { number headRefOid headRepository { nameWithOwner } }
      pageInfo { hasNextPage endCursor }
    }
  }
}`;

/** Who made a commit. GitHub lists the author first, then the co-authors of the message. */
export const COMMIT_QUERY = `query Commit($owner: String!, $name: String!, $commit: GitObjectID!) {
  repository(owner: $owner, name: $name) {
    object(oid: $commit) {
      __typename
      oid
      ... on Commit {
        authors(first: ${PAGE_SIZE}) { nodes { user { login } } }
        committer { user { login } }
        parents(first: 2) { nodes { oid } }
        signature { isValid wasSignedByGitHub }
      }
    }
  }
}`;

/** One file at a commit. */
export const FILE_QUERY = `query File($owner: String!, $name: String!, $commit: GitObjectID!, $path: String!) {
  repository(owner: $owner, name: $name) {
    object(oid: $commit) { __typename oid ... on Commit { file(path: $path) { ...Entry } } }
  }
}
${ENTRY}`;

/**
 * Several files at a commit, aliased f0, f1, ...; the paths are variables p0, p1, ... Without texts the
 * answer has the object ids alone: equal ids are equal bytes.
 */
export function filesQuery(count: number, withTexts: boolean): string {
  const indexes = Array.from({ length: count }, (_, index) => index);
  const variables = indexes.map((index) => `$p${index}: String!`).join(' ');
  const fields = withTexts ? '...Entry' : 'mode oid';
  const files = indexes.map((index) => `f${index}: file(path: $p${index}) { ${fields} }`).join('\n');
  return `query ${withTexts ? 'Files' : 'FileIds'}($owner: String!, $name: String!, $commit: GitObjectID!, ${variables}) {
  repository(owner: $owner, name: $name) {
    object(oid: $commit) { __typename oid ... on Commit {
${files}
    } }
  }
}
${withTexts ? ENTRY : ''}`;
}

/** The shapes of GitHub's answers to the queries. Unknown fields are dropped. A field that is missing or has another type is a failure. */

/** A file, link or folder in a commit's tree. `mode` is st_mode as a decimal number. */
export const entryIdSchema = z.object({ mode: z.number().int(), oid: z.string() });

export const entrySchema = entryIdSchema.extend({
  object: z
    .object({
      __typename: z.string(),
      text: z.string().nullish(),
      byteSize: z.number().int().optional(),
      isBinary: z.boolean().nullish(),
      isTruncated: z.boolean().optional(),
    })
    .nullable(),
});
export type Entry = z.infer<typeof entrySchema>;

const pageInfo = z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() });
function connectionOf<T>(node: z.ZodType<T>) {
  return z.object({ nodes: z.array(node.nullable()), pageInfo });
}

/** Ids exceed 32 bits, so they come as strings; as numbers they are exact up to 2^53. Null on some servers. */
const commentId = z
  .union([z.string(), z.number()])
  .transform(String)
  .pipe(z.string().regex(/^\d{1,15}$/))
  .transform(Number)
  .nullish();

const actor = z.object({ __typename: z.string(), login: z.string() });

const labelsSchema = connectionOf(z.object({ name: z.string() }));
const reviewsSchema = connectionOf(
  z.object({
    author: actor.nullable(),
    state: z.string(),
    submittedAt: z.string().nullable(),
    commit: z.object({ oid: z.string() }).nullable(),
    authorCanPushToRepository: z.boolean(),
  }),
);
const filesSchema = connectionOf(z.object({ path: z.string() })).nullable();
const commentsSchema = connectionOf(
  z.object({
    id: z.string(),
    fullDatabaseId: commentId,
    /** Its page, which ends in `#issuecomment-` and the id. */
    url: z.string(),
    viewerDidAuthor: z.boolean(),
    author: actor.nullable(),
  }),
);
export type ReviewNode = NonNullable<z.infer<typeof reviewsSchema>['nodes'][number]>;
export type CommentNode = NonNullable<z.infer<typeof commentsSchema>['nodes'][number]>;

const viewer = z.object({ login: z.string() });

const file = entrySchema.nullish();
const parents = z.object({ nodes: z.array(z.object({ oid: z.string(), file }).nullable()) });

const testMergeSchema = z.object({
  state: z.string(),
  mergeable: z.string(),
  potentialMergeCommit: z.object({ oid: z.string(), file, parents }).nullable(),
});
export type TestMergeAnswer = z.infer<typeof testMergeSchema>;

const pullRequestSchema = testMergeSchema.partial().extend({
  number: z.number().int(),
  headRefOid: z.string(),
  headRefName: z.string(),
  headRepository: z.object({ nameWithOwner: z.string() }).nullable(),
  baseRefName: z.string(),
  baseRef: z.object({ target: z.object({ oid: z.string() }).nullable() }).nullable(),
  author: z.object({ login: z.string() }).nullable(),
  labels: labelsSchema.nullish(),
  reviews: reviewsSchema.nullish(),
  files: filesSchema.nullish(),
  comments: commentsSchema.nullish(),
});
export type PullRequestAnswer = z.infer<typeof pullRequestSchema>;

const commitSchema = z.object({ __typename: z.string(), oid: z.string(), file, parents: parents.optional() });
export type CommitAnswer = z.infer<typeof commitSchema>;

export const repositorySchema = z.object({
  viewer,
  repository: z.object({
    defaultBranchRef: z
      .object({
        name: z.string(),
        target: z.object({ __typename: z.string(), oid: z.string(), policy: file, lock: file }).nullable(),
      })
      .nullable(),
    head: commitSchema.nullable(),
    base: commitSchema.nullish(),
    pullRequest: pullRequestSchema.nullish(),
  }),
});
export type RepositoryAnswer = z.infer<typeof repositorySchema>;

export const mergeSchema = z.object({
  repository: z.object({ pullRequest: testMergeSchema.extend({ headRefOid: z.string() }) }),
});

const gitActor = z.object({ user: z.object({ login: z.string() }).nullable() });
export const makersSchema = z.object({
  repository: z.object({
    object: z
      .object({
        __typename: z.literal('Commit'),
        oid: z.string(),
        authors: z.object({ nodes: z.array(gitActor.nullable()).nullable() }),
        committer: gitActor.nullable(),
        parents: z.object({ nodes: z.array(z.object({ oid: z.string() }).nullable()).nullable() }),
        signature: z.object({ isValid: z.boolean(), wasSignedByGitHub: z.boolean() }).nullable(),
      })
      .nullable(),
  }),
});

/** https://docs.github.com/en/rest/repos/repos#list-repository-activities: the newest first. */
export const activitySchema = z.array(
  z.object({ after: z.string(), actor: z.object({ login: z.string() }).nullable() }),
);

export const pagesSchema = z.object({
  viewer,
  repository: z.object({
    pullRequest: z.object({
      headRefOid: z.string(),
      labels: labelsSchema.nullish(),
      reviews: reviewsSchema.nullish(),
      files: filesSchema.optional(),
      comments: commentsSchema.nullish(),
    }),
  }),
});

const bodies = z.array(
  z.object({ __typename: z.string(), id: z.string().optional(), body: z.string().optional() }).nullable(),
);
export const recheckSchema = z.object({
  repository: z.object({ pullRequest: z.object({ headRefOid: z.string() }) }),
  nodes: bodies,
});

export const searchSchema = z.object({
  repository: z.object({
    pullRequests: z.object({
      nodes: z.array(
        z
          .object({
            number: z.number().int(),
            headRefOid: z.string(),
            headRepository: z.object({ nameWithOwner: z.string() }).nullable(),
          })
          .nullable(),
      ),
      pageInfo,
    }),
  }),
});

export const compareSchema = z.object({ merge_base_commit: z.object({ sha: z.string() }) });

export const fileSchema = z.object({ repository: z.object({ object: commitSchema.nullable() }) });
/** The files of `filesQuery`, by alias. */
export const filesAtSchema = z.object({
  repository: z.object({
    object: z.object({ __typename: z.string(), oid: z.string() }).catchall(z.unknown()).nullable(),
  }),
});

/** A list that GitHub returns in pages. */
export interface Listing<T> {
  readonly items: readonly T[];
  /** The cursor of the next page; null where there is none, or none that is followed. */
  readonly next: string | null;
  /** Whether all items are there. */
  readonly complete: boolean;
  readonly pages: number;
}

export interface Page<T> {
  readonly nodes: readonly (T | null)[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** No list is followed further: 3,000 items, which is also what GitHub shows of a pull request's files. */
const MAX_PAGES = 30;

export const NOTHING_LISTED: Listing<never> = { items: [], next: null, complete: false, pages: 0 };

/** The list with one more page; a page that is missing, or whose next page is itself, ends it incomplete. */
export function withPage<T>(listing: Listing<T>, page: Page<T> | null | undefined): Listing<T> {
  const pages = listing.pages + 1;
  if (page === null || page === undefined) return { ...listing, next: null, complete: false, pages };
  const { hasNextPage, endCursor } = page.pageInfo;
  const leads = hasNextPage && endCursor !== null && endCursor !== listing.next && pages < MAX_PAGES;
  return {
    items: [...listing.items, ...page.nodes.filter((node) => node !== null)],
    next: leads ? endCursor : null,
    complete: !hasNextPage,
    pages,
  };
}
