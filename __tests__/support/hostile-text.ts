import fc from 'fast-check';

/** Pieces that mean something to Markdown or to GitHub, to be glued together at random. */
const PIECES = [
  '|', '\\', '\\|', '\n', '\r\n', '`', '``', '```', '~~', '*', '**', '_', '#', '# ', '- ', '- [ ] ', '1. ', '> ',
  '[', ']', '(', ')', '](', '![', '<', '>', '<!--', '-->', '<b>', '</details>', '<script>', '&', '&#64;', '&lt;', '&#124;',
  '@', '@octocat', '@octo-org/team', 'www.', 'www.a.example', 'http://', 'https://a.example', 'mailto:', 'a@b.example',
  'xmpp:a@b.example', 'ftp://a.example', '#1', 'GH-1', 'gh-12', 'o/r#1', 'o/r@4b825dc', '4b825dc642cb6eb9a060e54bf8d69288fbee4904', 'deadbeef',
  ':smile:', ':+1:', '/close', '/lgtm ', '$', '$x$', '$`', '`$', '$$', '[^1]', '[x]: http://a.example', '---', '===', '\t',
  '\u202e', '\u200b', '\u{e0041}', '\ud83d', '😀', 'e\u0301', 'word', 'anthropic/claude-sonnet-4.5', '"', "'", ' ', ' ', ' ', '.', ':', ',', '$5.00', '12',
]; // prettier-ignore

export const hostileText = fc
  .array(
    fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom(...PIECES) },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
    ),
    {
      maxLength: 14,
    },
  )
  .map((parts) => parts.join(''));
