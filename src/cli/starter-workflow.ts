/** Where the action is published; OWNER stands for the account until `--action` names it. */
export const DEFAULT_ACTION = 'OWNER/llm-budget@v1';

const ACTION = /^([A-Za-z0-9_.-]+\/[A-Za-z0-9_.-]+)@([A-Za-z0-9_.][A-Za-z0-9_./-]*)$/;

export function isAction(text: string): boolean {
  return ACTION.test(text);
}

/** The manifest's schema of the same version as the action, for editors. */
export function schemaUrlOf(action: string): string {
  const [, repository = '', ref = ''] = ACTION.exec(action) ?? [];
  return `https://raw.githubusercontent.com/${repository}/${ref}/llm-budget.schema.json`;
}

/** A workflow that checks pull requests; `manifest` is the path from the repository's root, null for the default. */
export function starterWorkflow(action: string, manifest: string | null): string {
  const inputs = manifest === null ? '' : `\n        with:\n          manifest: ${JSON.stringify(manifest)}`;
  return `name: LLM budget
on:
  pull_request:
    types: [opened, synchronize, reopened, edited, labeled, unlabeled]
  merge_group:
permissions:
  contents: read # the manifests, read at commits: no checkout is needed
  pull-requests: write # the comment
jobs:
  budget:
    runs-on: ubuntu-latest
    timeout-minutes: 5
    steps:
      - uses: ${action}${inputs}
`;
}
