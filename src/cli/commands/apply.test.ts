// Deletions in a plan have to be asked for.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildProgram } from '../program.ts';
import type { OptionValues } from '../invocation.ts';
import type { PlannedAction } from '../view/plan-text.ts';
import { checkDeletions } from './apply.ts';

/** The options of `causeway apply` with these words behind it. */
async function optionsOf(...words: readonly string[]): Promise<OptionValues> {
  let options: OptionValues | undefined;
  const program = buildProgram((_spec, command) => {
    options = command.opts();
    return Promise.resolve();
  });
  await program.parseAsync(['apply', ...words], { from: 'user' });
  assert.ok(options !== undefined);
  return options;
}

const planOf = (...kinds: readonly string[]) => {
  const actions = kinds.map((kind): PlannedAction => {
    const topic = 'pay.a';
    return { kind, set: 'payments', topic, text: '', reason: '', copies: false, bytesToCopy: undefined };
  });
  const region = { region: 'us-east', error: undefined, createsLedger: false, refusals: [], unknown: [] };
  return { regions: [{ ...region, actions }] };
};

test('a plan that deletes a copy is applied with --allow-delete alone', async () => {
  const deleting = planOf('create-topic', 'delete-topic');
  const refused = {
    code: 'CW-6018',
    message: /deletes us-east\/pay\.a with all records\. Nothing was changed/,
  };
  const options = await optionsOf('--yes');
  assert.throws(() => checkDeletions(options, deleting), refused);
  checkDeletions(options, planOf('create-topic'));
  checkDeletions(await optionsOf('--allow-delete'), deleting);
});
