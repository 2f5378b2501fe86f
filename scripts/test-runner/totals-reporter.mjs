// Reporter of node:test that writes one line of JSON: the totals of the run and what failed, for the closing
// summary.

/** @param {AsyncIterable<{ type: string, data: any }>} source events of node:test */
export default async function* totals(source) {
  const failed = [];
  let counts = { passed: 0, failed: 0, skipped: 0, cancelled: 0, todo: 0 };
  let files = 0;
  for await (const { type, data } of source) {
    if (type === 'test:fail' && !(data.details?.error?.failureType === 'subtestsFailed')) {
      failed.push(`${data.file ?? '?'}:${data.line ?? '?'} ${data.name}`);
    }
    if (type !== 'test:summary') continue;
    if (data.file !== undefined) files += 1;
    else counts = { ...counts, ...data.counts };
  }
  yield `${JSON.stringify({ counts, files, failed })}\n`;
}
