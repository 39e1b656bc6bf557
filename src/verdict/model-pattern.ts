/**
 * Whether a model id matches a pattern of the policy: `*` stands for any characters, everything else for itself.
 * Runs in linear time per star on any input; a regular expression made from untrusted text might not.
 */
export function matchesPattern(pattern: string, id: string): boolean {
  const parts = pattern.split('*');
  const [first = '', ...rest] = parts;
  if (!id.startsWith(first)) return false;
  if (rest.length === 0) return id === first;
  const last = rest.pop() ?? '';
  let position = first.length;
  for (const part of rest) {
    const found = id.indexOf(part, position);
    if (found === -1) return false;
    position = found + part.length;
  }
  return id.length - last.length >= position && id.endsWith(last);
}
