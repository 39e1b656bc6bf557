import {
  Kind,
  parse,
  print,
  visit,
  type DefinitionNode,
  type DocumentNode,
  type NameNode,
  type TypeNode,
} from 'graphql';

/** Cuts GitHub's GraphQL schema to the types that the tests' GitHub answers with. */

/** Every field of these whose type is kept too; scalars, enumerations and inputs come along where a field needs them. */
const KEPT_TYPES: ReadonlySet<string> = new Set([
  'Query',
  'Node',
  'Actor',
  'User',
  'Bot',
  'Repository',
  'Ref',
  'GitObject',
  'Commit',
  'CommitConnection',
  'GitActor',
  'GitActorConnection',
  'GitSignature',
  'GpgSignature',
  'Tree',
  'TreeEntry',
  'Blob',
  'Comment',
  'PullRequest',
  'PullRequestConnection',
  'PullRequestChangedFile',
  'PullRequestChangedFileConnection',
  'PullRequestReview',
  'PullRequestReviewConnection',
  'Label',
  'LabelConnection',
  'IssueComment',
  'IssueCommentConnection',
  'PageInfo',
]);

/** The text of the pruned schema, without descriptions and directives; the same for the same input. */
export function prunedSchema(text: string): string {
  const { definitions } = parse(text, { noLocation: true });
  const leaves = new Map<string, DefinitionNode>();
  for (const definition of definitions) {
    if (isLeaf(definition)) leaves.set(definition.name.value, definition);
  }
  const isKnown = (name: string) => KEPT_TYPES.has(name) || leaves.has(name) || BUILT_IN.has(name);
  const kept = definitions.flatMap((definition): DefinitionNode[] => {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION)
      return [];
    if (!KEPT_TYPES.has(definition.name.value)) return [];
    const fields = (definition.fields ?? []).filter((field) => isKnown(nameOf(field.type)));
    const interfaces = (definition.interfaces ?? []).filter(({ name }) => KEPT_TYPES.has(name.value));
    return [{ ...definition, fields, interfaces }];
  });
  const used = new Set<string>();
  for (const definition of kept) addUsed(definition, leaves, used);
  const all = [...kept, ...[...used].flatMap((name) => leaves.get(name) ?? [])];
  const sorted = all.map(bare).sort((one, other) => (sortKey(one) < sortKey(other) ? -1 : 1));
  const document: DocumentNode = { kind: Kind.DOCUMENT, definitions: sorted };
  return `${print(document)}\n`;
}

const BUILT_IN: ReadonlySet<string> = new Set(['String', 'Int', 'Float', 'Boolean', 'ID']);

function isLeaf(definition: DefinitionNode): definition is DefinitionNode & { readonly name: NameNode } {
  return (
    definition.kind === Kind.SCALAR_TYPE_DEFINITION ||
    definition.kind === Kind.ENUM_TYPE_DEFINITION ||
    definition.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION
  );
}

function nameOf(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type);
}

/** Adds the scalars, enumerations and inputs that the definition's fields and arguments need, and what those need. */
function addUsed(definition: DefinitionNode, leaves: ReadonlyMap<string, DefinitionNode>, used: Set<string>): void {
  if (!('fields' in definition)) return;
  for (const field of definition.fields ?? []) {
    const inner = 'arguments' in field ? (field.arguments ?? []) : [];
    for (const name of [field.type, ...inner.map(({ type }) => type)].map(nameOf)) {
      const leaf = leaves.get(name);
      if (leaf === undefined || used.has(name)) continue;
      used.add(name);
      addUsed(leaf, leaves, used);
    }
  }
}

/** Without descriptions and directives, at any depth. */
function bare(definition: DefinitionNode): DefinitionNode {
  const drop = { enter: () => null };
  return visit(definition, { StringValue: drop, Directive: drop });
}

function sortKey(definition: DefinitionNode): string {
  return 'name' in definition ? (definition.name?.value ?? '') : '';
}
