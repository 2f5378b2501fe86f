// Causeway's own topics: there or not yet, and set so that they forget nothing.
import { settingFault, partitionFault } from '../../ledger/topic-faults.ts';
import { type LedgerTopic, ledgerTopics } from '../../ledger/topic-names.ts';
import { ok, problem, type Said, unknown } from '../finding.ts';
import type { RegionSite } from '../region-site.ts';
import { topicsText } from './topic-names.ts';

export async function checkControlTopics(site: RegionSite): Promise<Said[]> {
  const there = new Map(site.mustView.topics.map((topic) => [topic.name, topic]));
  const existing = ledgerTopics.filter((topic) => there.has(topic));
  const questions = await site.questions();
  const rights = await questions.rightsOnTopics(ledgerTopics);
  const hidden = ledgerTopics.filter((topic) => rights.get(topic)?.error === 'TOPIC_AUTHORIZATION_FAILED');
  if (hidden.length > 0) return [unknown(`${topicsText(hidden)} may not be described`)];
  if (existing.length === 0) return [ok('not there yet; `causeway apply` creates them', 'not there yet')];
  const missing = ledgerTopics.filter((topic) => !there.has(topic));
  const said: Said[] = missing.map((topic) => problem(`${topic} is missing`, { code: 'CW-4001' }));
  const settings = await questions.settingsOf('topic', existing);
  for (const topic of existing) {
    said.push(...judge(topic, there.get(topic)?.partitions.length ?? 0, settings.get(topic)));
  }
  return said.length > 0 ? said : [ok('they keep what they must keep')];
}

function judge(
  topic: LedgerTopic,
  partitions: number,
  settings: ReadonlyMap<string, string> | string | undefined,
): Said[] {
  if (settings === undefined || typeof settings === 'string') {
    return [unknown(`the settings of ${topic} may not be read (${settings ?? 'no answer for it'})`)];
  }
  const faults = [partitionFault(topic, partitions), settingFault(topic, settings)];
  return faults.flatMap((fault) => (fault === undefined ? [] : [problem(fault.message, fault)]));
}
