// `causeway mirrors explain TOPIC`: why it is mirrored, or why not.
import { withRegions } from '../access/regions.ts';
import { errorCatalog } from '../../base/error-catalog.ts';
import { type ExitCode, exitCode } from '../exit-codes.ts';
import { type Invocation, mustArgument } from '../invocation.ts';
import { toJson } from '../output/listing.ts';
import { createScreen } from '../output/screen.ts';
import type { Paint } from '../output/style.ts';
import { wrapText } from '../output/wrap-text.ts';
import { type Check, explainTopic, type TopicExplanation } from '../view/explain-topic.ts';
import { matchTopic } from '../view/match-topic.ts';

export function run(invocation: Invocation): Promise<ExitCode> {
  const topic = mustArgument(invocation, 0);
  return withRegions(invocation, async (regions) => {
    const [picture, partitions] = await Promise.all([regions.look(), regions.partitionsOf(topic)]);
    const explanations = explainTopic(picture, topic, matchTopic, partitions);
    await createScreen(invocation).report({
      text: (paint) => explanations.map((each) => explanationText(each, paint)).join('\n\n'),
      data: toJson(explanations),
      names: explanations
        .filter((each) => each.mirrored === 'yes')
        .map((each) => `${each.set}/${each.target}`),
    });
    return exitCode.fine;
  });
}

function explanationText(explanation: TopicExplanation, paint: Paint): string {
  const colour = { yes: 'green', no: 'red', unknown: 'yellow' } as const;
  return [
    ...wrapText(explanation.verdict, 100).map((line) => paint(colour[explanation.mirrored], line)),
    ...explanation.checks.flatMap((check) => checkLines(check, paint)),
    ...explanation.next.flatMap(({ code, text }) => {
      const about = `${code}, ${errorCatalog[code].title}`;
      return wrapText(`what to do (${about}): ${text}`, 104, '    ');
    }),
    ...explanation.notes.flatMap((note) => wrapText(note, 104, '    ')),
  ].join('\n');
}

function checkLines(check: Check, paint: Paint): string[] {
  const mark = { yes: paint('green', '✓'), no: paint('red', '✗'), unknown: paint('yellow', '?') }[
    check.answer
  ];
  const [first = '', ...rest] = wrapText(`${check.statement}: ${check.found}`, 100);
  return [`  ${mark} ${first}`, ...rest.map((line) => `    ${line}`)];
}
