// The scanner under all architecture rules: what is code, what is a comment, what is text.
import assert from 'node:assert/strict';
import test from 'node:test';
import { readCode } from './tree.ts';
import { mask } from './mask.ts';

const cases: readonly (readonly [string, string, string])[] = [
  ['line comment', 'a // b\nc', 'a     \nc'],
  ['block comment', 'a /* b\n */ c', 'a     \n    c'],
  ['texts keep their quotes', `f('a"b', "c'd")`, `f('   ', "   ")`],
  ['escaped quote', String.raw`f('a\'b') + c`, `f('    ') + c`],
  ['comment marks in a text', `f('//a') + b`, `f('   ') + b`],
  ['template', 'f(`a ${b + `c ${d}`} e`) + g', 'f(`  ${b + `  ${d}`}  `) + g'],
  ['braces in a template expression', 'f(`${{ a: 1 }.a}b`) + c', 'f(`${{ a: 1 }.a} `) + c'],
  ['regular expression', 'f(/a"[/]b/g) + c', 'f(/      /g) + c'],
  ['regular expression after return', 'return /"/.test(a)', 'return / /.test(a)'],
  ['division', 'a / b / "c"', 'a / b / " "'],
  ['division after a bracket', 'f(a) / b // c', 'f(a) / b     '],
  ['first line for the shell', '#!/bin/x\na', '        \na'],
];

for (const [what, source, code] of cases) test(`mask: ${what}`, () => assert.equal(mask(source).code, code));

test('comments are kept apart, at their places', () => {
  assert.equal(mask('a /* b */ "c" // d').comments, '  /* b */     // d');
});

test('in every file of the tree, all brackets that remain are closed', () => {
  for (const { path, code } of readCode()) {
    for (const pair of ['()', '[]', '{}']) {
      const opened = code.split(pair[0] as string).length;
      const closed = code.split(pair[1] as string).length;
      assert.equal(opened, closed, `${path}: ${pair}`);
    }
  }
});
