/** The texts of `--help`, one per command, each with examples that run. */

export const OVERVIEW = `llm-budget: what your test suites will spend on LLM calls, before they spend it

Usage: llm-budget COMMAND [OPTIONS]

  check       price a manifest, compare it with a base, judge it by its budget
  lock        write the prices of the models in use to llm-budget.lock.json
  models      look prices up in the catalogue
  init        write a first manifest and a workflow
  calibrate   compare the manifest with what was really used
  credits     what is left to spend on the OpenRouter account
  schema      print the JSON Schema of the manifest or the report

llm-budget COMMAND --help explains a command; --version prints the version.
Exit codes: 0 pass or warn, 1 fail, 2 configuration, 3 prices unusable.
`;

const CHECK = `Usage: llm-budget check [MANIFEST] [OPTIONS]

Prices MANIFEST (llm-budget.yml) from OpenRouter's live catalogue and judges it by its budget.

  --base REF|FILE        compare with the manifest at a git ref, or with another file
  --policy REF           judge by the limits of the manifest at a git ref: they can be tightened, not loosened
  --catalogue-url URL    another catalogue: https, or http to a loopback address
  --lock FILE            the lock to fall back on (llm-budget.lock.json)
  --offline              use the lock without asking the catalogue
  --at TIME              prices that depend on the hour as of this instant, e.g. 2026-11-24T18:30Z
  --format FORMAT        table (default), json or markdown
  --output FILE          write there instead of to standard output
  --explain              show the arithmetic behind each call's cost
  --fail-on WHEN         violation (default), warning or never

Examples:
  llm-budget check
  llm-budget check --base origin/main --policy origin/main
  llm-budget check evals/llm-budget.yml --format json --output report.json
`;

const LOCK = `Usage: llm-budget lock [MANIFEST] [OPTIONS]

Writes what the catalogue says of the manifest's models to the lock: prices to fall back on, and to measure drift from.

  --lock FILE            where to (llm-budget.lock.json)
  --catalogue-url URL    another catalogue: https, or http to a loopback address
  --check                write nothing; exit 1 where the lock does not cover the manifest's models

Examples:
  llm-budget lock
  llm-budget lock --check
`;

const MODELS = `Usage: llm-budget models [QUERY] [OPTIONS]

Lists the catalogue's prices per million tokens, the cheapest first: by completion, then by prompt price.
QUERY: words that the id must contain; * in a word stands for any characters. Exit 1 where no model matches.

  --endpoints            the cheapest and the dearest endpoint of each of the first 30 matches
  --json                 one JSON document, prices as exact decimal strings
  --catalogue-url URL    another catalogue: https, or http to a loopback address
  --lock FILE            the lock to fall back on (llm-budget.lock.json)
  --offline              use the lock without asking the catalogue

Tiers, by the price of a million completion tokens: free; budget up to $1; mid up to $5; standard up to $20; premium.

Examples:
  llm-budget models claude sonnet
  llm-budget models openai/gpt-5* --endpoints
  llm-budget models --json
`;

const INIT = `Usage: llm-budget init [MANIFEST] [OPTIONS]

Writes a first MANIFEST (llm-budget.yml) that passes check, and .github/workflows/llm-budget.yml.
It asks nothing and overwrites nothing: where one of the files exists, it writes neither.

  --model ID                the model of the first call (openai/gpt-5-mini)
  --suite NAME              the suite it belongs to (evals)
  --calls N                 requests per run (100)
  --prompt-tokens N         of one request (1000)
  --completion-tokens N     of one request (300)
  --usage GLOB              make suites and calls from recordings instead; may be given again
  --runs N                  how many runs were recorded (1)
  --action OWNER/REPO@REF   the action in the workflow
  --no-workflow             the manifest alone
  --stdout                  print the manifest, write nothing
  --catalogue-url URL       another catalogue: https, or http to a loopback address
  --lock FILE               the lock to fall back on (llm-budget.lock.json)
  --offline                 use the lock without asking the catalogue

Examples:
  llm-budget init
  llm-budget init --model anthropic/claude-sonnet-4.5 --suite rag-evals --calls 120
  llm-budget init --usage 'recordings/**/*.jsonl' --stdout
`;

const CALIBRATE = `Usage: llm-budget calibrate --usage GLOB... [OPTIONS] [MANIFEST]

Holds MANIFEST (llm-budget.yml) against what was really used, and proposes the numbers that were measured.

  --usage GLOB...        recordings: cassettes, JSON Lines, OTLP/JSON traces, promptfoo and Claude Code output
  --suite NAME           the suite of recordings that name none
  --runs N               how many runs were recorded (1)
  --write                put the proposals into the file; without it they are shown as a diff
  --max-error PERCENT    exit 1 where the estimate of a suite is off by more
  --generations          ask OpenRouter what was charged (needs OPENROUTER_API_KEY)
  --catalogue-url URL    another catalogue: https, or http to a loopback address
  --lock FILE            the lock to fall back on (llm-budget.lock.json)
  --offline              use the lock without asking the catalogue

Examples:
  llm-budget calibrate --usage 'recordings/**/*.jsonl'
  llm-budget calibrate --usage traces.json --runs 5 --write
  llm-budget calibrate --usage usage.jsonl --max-error 20
`;

const CREDITS = `Usage: llm-budget credits [MANIFEST] [--catalogue-url URL]

Says what is left to spend behind OPENROUTER_API_KEY, and how many runs of MANIFEST (llm-budget.yml) it covers.

  --catalogue-url URL    another catalogue for the prices; the key goes to openrouter.ai or a loopback address alone

Example:
  OPENROUTER_API_KEY=sk-or-... llm-budget credits
`;

const SCHEMA = `Usage: llm-budget schema [--of manifest|report]

Prints the JSON Schema of the manifest (default), for editors, or of the report.

Example:
  llm-budget schema > llm-budget.schema.json
`;

export const HELP: ReadonlyMap<string, string> = new Map([
  ['check', CHECK],
  ['lock', LOCK],
  ['models', MODELS],
  ['init', INIT],
  ['calibrate', CALIBRATE],
  ['credits', CREDITS],
  ['schema', SCHEMA],
]);
