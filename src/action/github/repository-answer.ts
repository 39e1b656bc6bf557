import { z } from 'zod';
import { entrySchema } from './entry.js';

/** The shapes of GitHub's answers to the queries. Unknown fields are dropped; what is missing or odd is a failure. */

const pageInfo = z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() });
function connectionOf<T>(node: z.ZodType<T>) {
  return z.object({ nodes: z.array(node.nullable()), pageInfo });
}

/** Ids exceed 32 bits, so they come as strings; as numbers they are exact up to 2^53. */
const commentId = z
  .union([z.string(), z.number()])
  .transform(String)
  .pipe(z.string().regex(/^\d{1,15}$/))
  .transform(Number);

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
export const commentsSchema = connectionOf(
  z.object({
    id: z.string(),
    fullDatabaseId: commentId,
    viewerDidAuthor: z.boolean(),
    author: actor.nullable(),
  }),
);
export type ReviewNode = NonNullable<z.infer<typeof reviewsSchema>['nodes'][number]>;
export type CommentNode = NonNullable<z.infer<typeof commentsSchema>['nodes'][number]>;

const viewer = z.object({ login: z.string() });

const pullRequestSchema = z.object({
  number: z.number().int(),
  headRefOid: z.string(),
  baseRefName: z.string(),
  baseRef: z.object({ target: z.object({ oid: z.string() }).nullable() }).nullable(),
  author: z.object({ login: z.string() }).nullable(),
  labels: labelsSchema.nullable(),
  reviews: reviewsSchema.nullable(),
  files: filesSchema,
  comments: commentsSchema.nullish(),
});
export type PullRequestAnswer = z.infer<typeof pullRequestSchema>;

const file = entrySchema.nullish();
const commitSchema = z.object({
  __typename: z.string(),
  oid: z.string(),
  file,
  parents: z.object({ nodes: z.array(z.object({ oid: z.string(), file }).nullable()) }).optional(),
});
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
export const bodiesSchema = z.object({ nodes: bodies });
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
