/** Configurations of promptfoo, each with the files that it names; every provider answers with the prompt. */
export interface PromptfooCase {
  readonly title: string;
  readonly files: Readonly<Record<string, string>>;
  /** The requests, counted by hand. */
  readonly requests: number;
}

const echo = (label: string) => `{id: echo, label: '${label}'}`;
const A = echo('a');
const B = echo('b');

export const PROMPTFOO_CASES: readonly PromptfooCase[] = [
  {
    title: 'no tests make one request for each provider and prompt',
    files: {
      'promptfooconfig.yaml': `prompts: ['Hello {{name}}', 'Bye']\nproviders: [${A}, ${B}]\ndefaultTest: {vars: {name: Ann}}\n`,
    },
    requests: 4,
  },
  {
    title: 'a list of texts as a variable is expanded, a list of numbers is not, an empty list is one value',
    files: {
      'promptfooconfig.yaml': `prompts: ['{{a}} {{b}}']\nproviders: [${A}]\ntests:\n  - vars: {a: [x, y], b: [p, q, r]}\n  - vars: {a: [4, 15], b: z}\n  - vars: {a: one, b: []}\n  - vars: {a: [x, y], b: z}\n    options: {disableVarExpansion: true}\n`,
    },
    requests: 9,
  },
  {
    title: 'a text file of several prompts, Markdown, and text with a line of dashes',
    files: {
      'promptfooconfig.yaml': `prompts: [file://p.txt, p.md, "inline\\n---\\ntext {{x}}"]\nproviders: [${A}]\ntests: [{vars: {x: one}}, {vars: {x: two}}]\n`,
      'p.txt': ' first {{x}} \n---\nsecond {{x}}\n\n',
      'p.md': '# Title\n\n---\n\n{{x}}\n',
    },
    requests: 8,
  },
  {
    title: 'a chat in JSON and in YAML, lines of JSON Lines, and rows of CSV',
    files: {
      'promptfooconfig.yaml': `prompts: [c.json, c.yaml, l.jsonl, t.csv]\nproviders: [${A}]\ntests: [{vars: {x: "a \\"quoted\\" word"}}]\n`,
      'c.json': '[{"role": "system", "content": "Be brief."}, {"role": "user", "content": "{{x}}"}]',
      'c.yaml': '- role: user\n  content: Say {{x}}\n',
      'l.jsonl': '{"role": "one {{x}}"}\n{"role": "two"}\n',
      't.csv': 'prompt,label\n"first, {{x}}",one\nsecond,two\n',
    },
    requests: 6,
  },
  {
    title: 'tests of CSV with assertions, settings, and files in cells',
    files: {
      'promptfooconfig.yaml': `prompts: ['{{q}} in {{lang}}']\nproviders: [${A}, ${B}]\ntests: file://cases.csv\n`,
      'cases.csv':
        'q,lang,__expected,__prefix\n"one, two",de,contains: one,P: \nfile://long.txt,fr,,\n"[""x"",""y""]",en,,\n',
      'long.txt': '\n a long text \n',
    },
    requests: 6,
  },
  {
    title: 'tests of JSON Lines and YAML by a pattern, and inline',
    files: {
      'promptfooconfig.yaml': `prompts: ['{{q}}']\nproviders: [${A}]\ntests: [more/*.yaml, cases.jsonl, {vars: {q: inline}}]\n`,
      'cases.jsonl': '{"vars": {"q": "one"}}\n\n{"vars": {"q": ["two", "three"]}}\n',
      'more/a.yaml': '- vars: {q: four}\n- vars: {q: five}\n',
      'more/b.yaml': 'vars: {q: six}\n',
      'more/deep/c.yaml': '- vars: {q: seven}\n',
    },
    requests: 7,
  },
  {
    title: 'filters of tests and providers, by label, group and prefix',
    files: {
      'promptfooconfig.yaml': `prompts: [{raw: 'P one {{x}}', label: 'g:one'}, {raw: 'P two {{x}}', label: 'g:two'}, {raw: 'other {{x}}', label: other}]\nproviders:\n  - {id: echo, label: a, prompts: [g]}\n  - ${B}\ntests:\n  - vars: {x: 1x}\n  - vars: {x: 2x}\n    providers: [b]\n  - vars: {x: 3x}\n    prompts: ['g:t*']\n  - vars: {x: 4x}\n    prompts: [other]\n    providers: ['*']\n`,
    },
    requests: 11,
  },
  {
    title: 'scenarios crossed with their tests, beside plain tests',
    files: {
      'promptfooconfig.yaml': `prompts: ['{{x}} {{y}} {{z}}']\nproviders: [${A}]\ndefaultTest: {vars: {z: [d1, d2]}}\nscenarios:\n  - config: [{vars: {x: one}}, {vars: {x: [two, three]}}]\n    tests: [{vars: {y: p}}, {vars: {y: [q, r]}}]\n  - config: [{vars: {x: four}}]\ntests: [{vars: {x: five, z: own}}]\n`,
    },
    requests: 19,
  },
  {
    title: 'repeat for all, and for one test',
    files: {
      'promptfooconfig.yaml': `prompts: ['{{x}}']\nproviders: [${A}]\nevaluateOptions: {repeat: 3}\ntests:\n  - vars: {x: one}\n  - vars: {x: [two, three]}\n    options: {repeat: 2}\n`,
    },
    requests: 7,
  },
  {
    title: 'identical prompts and providers count once, identical tests each',
    files: {
      'promptfooconfig.yaml': `prompts: ['{{x}}', '{{x}}']\nproviders: [${A}, ${A}, ${B}]\ntests: [{vars: {x: same}}, {vars: {x: same}}]\n`,
    },
    requests: 4,
  },
  {
    title: 'providers of one label that their configurations tell apart are asked each',
    files: {
      'promptfooconfig.yaml': `prompts: ['{{x}}', 'again {{x}}']\nproviders: [{id: echo, label: a, config: {v: 1}}, {id: echo, label: a, config: {v: 2}}]\ntests: [{vars: {x: one}}, {vars: {x: [two, three]}}]\n`,
    },
    requests: 12,
  },
  {
    title: 'anchors, merge keys and references',
    files: {
      'promptfooconfig.yaml': `templates: {t: {vars: {x: shared}}}\ncommon: &common {y: yes please}\nprompts: ['{{x}} {{y}}']\nproviders: [${A}]\ntests:\n  - $ref: '#/templates/t'\n  - vars: {<<: *common, x: merged}\n  - $ref: 'other.yaml#/first'\n`,
      'other.yaml': 'first: {vars: {x: elsewhere, y: too}}\n',
    },
    requests: 3,
  },
  {
    title: 'values of every kind, nested variables, prefixes and a default test in a file',
    files: {
      'promptfooconfig.yaml': `prompts: ['[{{n}}|{{b}}|{{o}}|{{l}}|{{nothing}}|{{nested}}|{{nl}}]']\nproviders: {$ref: 'providers.yaml'}\ndefaultTest: file://default.yaml\ntests:\n  - vars: {n: 4.5, b: true, o: {k: v}, l: [1, 2], nested: 'see {{inner}}', inner: this, nl: "line\\n"}\n    options: {suffix: ' end'}\n`,
      'default.yaml': 'vars: {n: 0, file: file://data.yaml}\noptions: {prefix: "start "}\n',
      'data.yaml': 'a: [1, 2]\n',
      'providers.yaml': `- ${A}\n`,
    },
    requests: 1,
  },
];
