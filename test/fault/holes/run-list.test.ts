// The campaign's list: every step in every way, at each stage and with each fault, the same for the same
// seed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultText, runsOf } from './run-list.ts';
import { kinds, stages } from './steps.ts';

/** One round of the list. */
const roundLength = kinds.reduce((sum, { steps }) => sum + steps.length * (stages.length * 2 + 3), 0);

test('a round has each step with workers killed and paused at each stage, and a fault of each broker', () => {
  const round = runsOf(5, 0, roundLength);
  const texts = new Set(
    round.map(({ way, cleaned, step, stage, fault }) =>
      [
        way,
        cleaned !== undefined,
        step.name,
        fault.what === 'killed' || fault.what === 'paused' ? stage : '',
        faultOf(fault),
      ].join('/'),
    ),
  );
  assert.equal(texts.size, roundLength);
});

test('pieces behind one another are the whole, and no two seeds are alike', () => {
  const whole = runsOf(5, 0, 2 * roundLength);
  assert.deepEqual([...runsOf(5, 0, 17), ...runsOf(5, 17, 2 * roundLength - 17)], whole);
  assert.notDeepEqual(runsOf(6, 0, 17).map(faultAndStep), whole.slice(0, 17).map(faultAndStep));
});

const faultOf = (fault: Parameters<typeof faultText>[0]) =>
  fault.what === 'leader killed' ? 'leader' : fault.what === 'frozen' ? fault.role : fault.what;
const faultAndStep = ({ step, fault }: ReturnType<typeof runsOf>[number]) => [step.name, faultText(fault)];
