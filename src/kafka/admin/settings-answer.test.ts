// What is known of other topics where the library throws because of one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settingsInAnswer } from './settings-answer.ts';

const configs = [{ name: 'retention.ms', value: '1' }];
const thrown = (...results: object[]) => {
  const answer = Object.assign(new AggregateError([], 'answer'), { response: { results } });
  return new AggregateError([answer], 'Describing configs failed.');
};

test('topics that were answered are kept, and those that were refused are told', () => {
  const fine = { errorCode: 0, resourceName: 'a', configs };
  const refused = { errorCode: 29, resourceName: 'b', configs: [] };
  assert.deepEqual(settingsInAnswer(thrown(fine, refused)), [
    { resourceName: 'a', configs },
    { resourceName: 'b', configs: [], refusal: 'TOPIC_AUTHORIZATION_FAILED' },
  ]);
});

test('another error, or no answer at all, goes up as it is', () => {
  const unknown = thrown({ errorCode: 3, resourceName: 'a', configs: [] });
  assert.throws(() => settingsInAnswer(unknown), unknown);
  const lost = new Error('connection lost');
  assert.throws(() => settingsInAnswer(lost), lost);
});
