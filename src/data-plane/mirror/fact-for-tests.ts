// What a test's ledger was told, in a few words.
import type { PartitionFact } from './fence.ts';

export function factText(fact: PartitionFact): string {
  switch (fact.kind) {
    case 'shifted':
      return `shift ${fact.firstTargetOffset} ${fact.shift}`;
    case 'data-id':
      return `data id ${fact.producerId}/${fact.producerEpoch}`;
    case 'started':
      return `start ${fact.firstOffset} ${fact.way}`;
    case 'lost':
      return `lost ${fact.firstOffset} ${fact.endOffset}`;
  }
}
