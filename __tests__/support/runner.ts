import type { Annotation } from '../../src/action/environment.js';

/**
 * What the runner makes of a step's log and of its output file. It reads commands as actions/runner does
 * (src/Runner.Common/ActionCommand.cs and FileCommandManager.cs, 2026-11), and is stricter where that could only let
 * something pass: every kind of line end counts, invisible characters hide nothing, and any name is a command.
 */

export interface RunnerCommand {
  readonly name: string;
  /** As written: `title=x,file=y`; "" where there are none. */
  readonly properties: string;
  readonly message: string;
}

const LINE_END = /\r\n|[\n\r\v\f\u001c-\u001e\u0085\u2028\u2029]/u;
const INVISIBLE = /[\p{Cf}\p{Cc}\p{Default_Ignorable_Code_Point}]/gu;

/** Every command in a log, in order, known to the runner or not; the old form has the properties "##[". */
export function commandsIn(log: string): RunnerCommand[] {
  return log.split(LINE_END).flatMap((raw) => {
    const line = raw.replaceAll('\t', ' ').replace(INVISIBLE, '').trimStart();
    const old = /##\[([^\]\s]*)(.*)$/u.exec(line);
    if (old !== null) return [{ name: old[1] ?? '', properties: '##[', message: old[2] ?? '' }];
    if (!line.startsWith('::')) return [];
    const [, info = line, message = ''] = /^::(.*?)::(.*)$/su.exec(line) ?? [];
    const [, name = '', properties = ''] = /^(\S*)\s*(.*)$/su.exec(info) ?? [];
    return [{ name, properties, message }];
  });
}

/** Messages of the action's own, which no untrusted text begins. */
const OWN_MESSAGES =
  /^(?:The (?:comment|report file|output|job summary|pull request|last push|authors)|Not all (?:labels|reviews)|Pull request \d+ conflicts|A newer run|LLM Budget met) /;
/** Only letters, digits and what the library escapes to, so that a property cannot end early. */
const OWN_PROPERTIES =
  /^title=LLM Budget%3A [\w %]+(?:,file=[^,:\r\n]+)?(?:,line=\d+)?(?:,col=\d+)?$|^title=LLM Budget$/;

/** The commands in a log that the action does not issue itself, shown as they would be executed. */
export function foreignCommands(log: string, secrets: readonly string[]): string[] {
  return commandsIn(log)
    .filter((command) => !isOwn(command, secrets))
    .map(({ name, properties, message }) => `${name} ${properties}::${message}`);
}

function isOwn({ name, properties, message }: RunnerCommand, secrets: readonly string[]): boolean {
  switch (name) {
    case 'add-mask':
      return properties === '' && secrets.includes(message);
    case 'error':
    case 'warning':
      return OWN_PROPERTIES.test(properties) || (properties === '' && OWN_MESSAGES.test(message));
    case 'debug':
      return properties === '';
    default:
      return false;
  }
}

/** The errors and warnings with a title, as GitHub shows them. */
export function annotationsIn(log: string): Annotation[] {
  return commandsIn(log).flatMap(({ name, properties, message }) => {
    if ((name !== 'error' && name !== 'warning') || properties === '') return [];
    const values = new Map(
      properties.split(',').map((property) => {
        const [, key = '', value = ''] = /^([^=]*)=(.*)$/su.exec(property) ?? [];
        return [key, unescaped(value)];
      }),
    );
    const numberOf = (key: string) => (values.has(key) ? Number(values.get(key)) : null);
    return [
      {
        level: name,
        message: unescaped(message),
        title: values.get('title') ?? '',
        file: values.get('file') ?? null,
        line: numberOf('line'),
        column: numberOf('col'),
      },
    ];
  });
}

/** The messages of the warnings without a title. */
export function warningsIn(log: string): string[] {
  return commandsIn(log).flatMap(({ name, properties, message }) =>
    name === 'warning' && properties === '' ? [unescaped(message)] : [],
  );
}

/** A message or the value of a property, as it was before it became part of a command. */
function unescaped(text: string): string {
  const characters: Readonly<Record<string, string>> = {
    '%0D': '\r',
    '%0A': '\n',
    '%3A': ':',
    '%2C': ',',
    '%25': '%',
  };
  return text.replace(/%(?:0D|0A|3A|2C|25)/g, (found) => characters[found] ?? found);
}

/** The log as people see it: the runner takes out the lines that name a secret to be masked. */
export function visibleLog(log: string): string {
  return log
    .split('\n')
    .filter((line) => !line.startsWith('::add-mask::'))
    .join('\n');
}

/** `name<<delimiter`, lines, `delimiter`, or `name=value`; a later value wins. Throws where the runner would fail the step. */
export function readOutputFile(text: string): Map<string, string> {
  const outputs = new Map<string, string>();
  const lines = text.split('\n');
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    if (line === '') continue;
    const [, name = '', sign = '', rest = ''] = /^(.*?)(=|<<)(.*)$/su.exec(line) ?? [];
    if (name === '') throw new Error(`the runner cannot read the output line ${JSON.stringify(line)}`);
    if (sign === '=') {
      outputs.set(name, rest);
      continue;
    }
    const end = lines.indexOf(rest, index + 1);
    if (rest === '' || end === -1) throw new Error(`the output ${JSON.stringify(name)} has no end`);
    outputs.set(name, lines.slice(index + 1, end).join('\n'));
    index = end;
  }
  return outputs;
}
