import type { TokenCounter } from '../../prompt-tokens/count-tokens.js';
import { isMapping } from './config-file.js';

/** The texts of prompts with their variables put in. No template engine runs: `{{ name }}` alone is replaced. */

export type Vars = ReadonlyMap<string, unknown>;

const PLACEHOLDER = /\{\{-?\s*([A-Za-z_$][\w$]*)\s*-?\}\}/g;
const OTHER_SYNTAX = /\{\{|\{%|\{#/;

/** `about` is called where other template syntax is left as it is. */
function rendered(template: string, vars: Vars, about: () => void): string {
  const text = substituted(template, (name) => nested(valueText(vars.get(name)), vars, about));
  if (OTHER_SYNTAX.test(template.replace(PLACEHOLDER, ''))) about();
  return text;
}

function substituted(template: string, value: (name: string) => string): string {
  return template.replace(PLACEHOLDER, (_, name: string) => value(name));
}

/** A value may name other variables, as long as all of them are there. */
function nested(value: string, vars: Vars, about: () => void): string {
  if (!OTHER_SYNTAX.test(value)) return value;
  const names = [...value.matchAll(PLACEHOLDER)].map(([, name = '']) => name);
  const rest = value.replace(PLACEHOLDER, '');
  if (OTHER_SYNTAX.test(rest)) about();
  if (names.some((name) => !vars.has(name))) return value;
  return substituted(value, (name) => valueText(vars.get(name)));
}

/** As a template engine prints a value: nothing for null, `4,15` for a list, `[object Object]` for a mapping. */
function valueText(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value.replace(/\n$/, '');
  if (Array.isArray(value)) return value.map(valueText).join(',');
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '[object Object]';
}

/** The tokens of a prompt: of a chat in JSON those of its messages' contents, else of the whole text. */
export function promptTokens(template: string, vars: Vars, count: TokenCounter, about: () => void): number {
  const contents = chatContents(template);
  if (contents === null) {
    const data = /^\s*[[{]/.test(template) ? jsonOrNull(template) : null;
    return count(data === null ? rendered(template, vars, about) : renderedJson(data, vars, about));
  }
  return contents.reduce((sum, content) => sum + count(rendered(content, vars, about)), 0);
}

/** promptfoo renders the texts inside of JSON, and indents it by two. */
function renderedJson(data: unknown, vars: Vars, about: () => void): string {
  const inside = (value: unknown): unknown => {
    if (typeof value === 'string') return rendered(value, vars, about);
    if (Array.isArray(value)) return value.map(inside);
    if (!isMapping(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, inside(inner)]));
  };
  return JSON.stringify(inside(data), null, 2);
}

/** The contents of a chat's messages; null for a text that is no chat. */
export function chatContents(text: string): string[] | null {
  if (!/^\s*[[{]/.test(text)) return null;
  const data = jsonOrNull(text);
  const messages = Array.isArray(data) ? data : isMapping(data) && Array.isArray(data.messages) ? data.messages : null;
  if (messages === null || messages.length === 0) return null;
  const contents: string[] = [];
  for (const message of messages) {
    if (!isMapping(message) || typeof message.role !== 'string') return null;
    const { content } = message;
    if (typeof content === 'string') contents.push(content);
    else if (Array.isArray(content)) contents.push(...content.flatMap(partText));
  }
  return contents;
}

function partText(part: unknown): string[] {
  return isMapping(part) && typeof part.text === 'string' ? [part.text] : [];
}

function jsonOrNull(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return null;
  }
}
