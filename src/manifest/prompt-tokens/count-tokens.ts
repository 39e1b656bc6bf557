/** Counts the o200k tokens of a text. */
export type TokenCounter = (text: string) => number;

/**
 * Loads the tokenizer. The import is dynamic, so that the vocabulary is a file of its own in the bundle, which is read
 * only where a manifest names files to count.
 */
export async function loadCounter(): Promise<TokenCounter> {
  const { countTokens } = await import('./o200k.js');
  return countTokens;
}

/** The tokenizer of a model, by its id, and how its counts compare with o200k's. */
export interface TokenFamily {
  readonly name: string;
  /** Tokens per 100 tokens of o200k. */
  readonly percentOfO200k: number;
  /** 0 where the count is exact. Otherwise the true count of usual prompts is within this percentage. */
  readonly errorPercent: number;
}

/**
 * Where a vocabulary is public, factor and error are measured (2026-11-24) on 1.8 MB of English prose, READMEs,
 * JavaScript, Python, JSON, German and Chinese against gpt-tokenizer's o200k; Japanese lies outside of most errors.
 * Ratios are given for English and code first, then German, Chinese.
 */
const FAMILIES = {
  /** OpenAI since GPT-4o; gpt-oss has the same vocabulary and other special tokens (tiktoken's model table). */
  o200k: { name: 'o200k', percentOfO200k: 100, errorPercent: 0 },
  /** cl100k: 0.99-1.00, 1.16, 1.21. GPT-4 and GPT-3.5 are rare enough not to bring a second vocabulary. */
  cl100k: { name: 'GPT-4 and GPT-3.5', percentOfO200k: 101, errorPercent: 20 },
  /**
   * Up to Opus 4.6, Sonnet 4.6 and Haiku 4.5. Published against GPT-4o: English +16 %, mathematics +21 %, Python +30 %
   * (VentureBeat, 2025-05-01). The fit of ai-tokenizer 1.0.6 to the API's answers gives 1.10-1.25, 1.43, 1.29.
   */
  claude: { name: 'Claude', percentOfO200k: 120, errorPercent: 20 },
  /** From Opus 4.7 and Sonnet 5 on: "approximately 30 percent more tokens" (Anthropic, Token counting, 2026). */
  claudeNew: { name: 'Claude from Opus 4.7 on', percentOfO200k: 156, errorPercent: 25 },
  /** Gemma's vocabulary: 1.04-1.19, 1.01, 0.94. ai-tokenizer 1.0.6 fits 1.08 to 1.11 to Gemini's answers. */
  gemini: { name: 'Gemini', percentOfO200k: 110, errorPercent: 15 },
  /** Llama 3.1: 0.99-1.00, 1.16, 1.03. */
  llama: { name: 'Llama', percentOfO200k: 101, errorPercent: 15 },
  /** Qwen 3: 0.99-1.03, 1.16, 0.95. */
  qwen: { name: 'Qwen', percentOfO200k: 101, errorPercent: 15 },
  /** DeepSeek V3: 1.03-1.05, 1.13, 0.88. */
  deepseek: { name: 'DeepSeek', percentOfO200k: 103, errorPercent: 15 },
  /** ai-tokenizer 1.0.6: cl100k is within 8 % of the API's answers. */
  mistral: { name: 'Mistral', percentOfO200k: 105, errorPercent: 15 },
  /** ai-tokenizer 1.0.6: o200k is within 2 % of Grok 3's answers; later ones are not published. */
  grok: { name: 'Grok', percentOfO200k: 100, errorPercent: 15 },
  /** ai-tokenizer 1.0.6: cl100k is within 11 % of the API's answers. */
  nova: { name: 'Nova', percentOfO200k: 105, errorPercent: 15 },
  /** ai-tokenizer 1.0.6: o200k is within 8 % of the API's answers. */
  kimi: { name: 'Kimi', percentOfO200k: 100, errorPercent: 15 },
  /** ai-tokenizer 1.0.6: cl100k and o200k are within 5 % of the API's answers. */
  glm: { name: 'GLM', percentOfO200k: 101, errorPercent: 15 },
  /** No figures are published. The factor is above the middle of the known families, and the error covers most of them. */
  other: { name: 'other models', percentOfO200k: 110, errorPercent: 30 },
} as const satisfies Record<string, TokenFamily>;

/** GPT-4 but not GPT-4o, 4.1 or 4.5, and GPT-3.5. */
const CL100K = /^openai\/gpt-(?:3\.5|4(?![.o\d]))/;
/** The first pattern that matches is used. A distilled model has the tokenizer of the model it was distilled into. */
const PATTERNS: readonly (readonly [RegExp, TokenFamily])[] = [
  [CL100K, FAMILIES.cl100k],
  [/^openai\//, FAMILIES.o200k],
  [/\/gpt-oss/, FAMILIES.o200k],
  [/^google\/(?:gemini|gemma)/, FAMILIES.gemini],
  [/llama-?[34]|distill-llama|hermes-[34]|\/l3[.-]/, FAMILIES.llama],
  [/qwen|qwq/, FAMILIES.qwen],
  [/deepseek/, FAMILIES.deepseek],
  [/^mistralai\/|mistral/, FAMILIES.mistral],
  [/^x-ai\//, FAMILIES.grok],
  [/^amazon\/nova/, FAMILIES.nova],
  [/^moonshotai\//, FAMILIES.kimi],
  [/^z-ai\//, FAMILIES.glm],
];

/** Finds the tokenizer of a model by its id, or by its name at a maker or host. */
export function tokenFamily(model: string): TokenFamily {
  const id = withAuthor(model.toLowerCase().replace(/^~/, ''));
  if (id.startsWith('anthropic/')) return hasOldClaudeTokenizer(id) ? FAMILIES.claude : FAMILIES.claudeNew;
  return PATTERNS.find(([pattern]) => pattern.test(id))?.[1] ?? FAMILIES.other;
}

/** Converts a name of a maker or host, as eval configurations have it, to OpenRouter's form, with the author first. */
function withAuthor(name: string): string {
  const id = name
    .replace(/^(?:openrouter|azure|bedrock|vertex_ai|gemini|models)\//, '')
    .replace(/^(?:[a-z]{2,6}\.)?(anthropic|amazon|openai|mistral|meta|deepseek)\./, '$1/');
  if (id.includes('/')) return id;
  if (id.startsWith('claude')) return `anthropic/${id}`;
  if (/^(?:chat)?gpt-|^o\d/.test(id)) return `openai/${id}`;
  return /^gem(?:ini|ma)/.test(id) ? `google/${id}` : id;
}

/**
 * Reads the version of a Claude model: `claude-sonnet-4.5`, `claude-3-haiku`, `claude-4.5-sonnet-20250929`. A name without a
 * version means the latest one.
 */
function hasOldClaudeTokenizer(id: string): boolean {
  const version = /-(\d{1,2})(?:[.-](\d{1,2}))?(?=[-:@]|$)/.exec(id);
  if (version === null) return false;
  const [major, minor] = [Number(version[1]), Number(version[2] ?? 0)];
  return major < 4 || (major === 4 && minor < 7);
}

/** Converts a number of o200k tokens to tokens of a model, rounded to the nearest. */
export function tokensOf(family: TokenFamily, o200kTokens: number): number {
  return Math.round((o200kTokens * family.percentOfO200k) / 100);
}

/** Formats the accuracy of a count for the report: `exact`, or `about ±15 %`. */
export function accuracyText(family: TokenFamily): string {
  return family.errorPercent === 0 ? 'exact' : `about ±${family.errorPercent} %`;
}
