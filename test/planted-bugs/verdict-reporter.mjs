// A reporter for node --test: one JSON line per test with its name and whether it passed.

/** @param {AsyncIterable<{ type: string, data: { name: string } }>} events */
export default async function* report(events) {
  for await (const { type, data } of events) {
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    yield `${JSON.stringify({ name: data.name, passed: type === 'test:pass' })}\n`;
  }
}
