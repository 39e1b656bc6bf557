import { expect, test } from '@jest/globals';
import { isLfsPointer } from '../../../src/lib/files/read-file.js';

const REST = '\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n';

test.each([
  ['version https://git-lfs.github.com/spec/v1', true],
  ['version https://git-lfs.github.com/spec/v12', true],
  ['version https://hawser.github.com/spec/v1', true],
  ['version https://git-lfs.github.com/spec/vx', false],
  ['version https://git-lfs.example.com/spec/v1', false],
  ['version https://git-lfsxgithub.com/spec/v1', false],
  ['# version https://git-lfs.github.com/spec/v1', false],
  ['\nversion https://git-lfs.github.com/spec/v1', false],
  ['version: 1', false],
])('a file that starts with %j is a pointer: %s', (first, expected) => {
  expect(isLfsPointer(first + REST)).toBe(expected);
});
