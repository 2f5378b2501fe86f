// Who may write into mirrors, read from the rules of their cluster (docs/decisions/0009). Pure.
import { isAbout, type TopicRule } from '../kafka/acl/topic-rule.ts';
import { observedTopic } from '../ledger/topic-names.ts';

export type Protection =
  | { readonly state: 'protected' }
  | { readonly state: 'writable'; readonly by: readonly Writer[] }
  /** Nothing in the rules protects it; `why` says what is known. */
  | { readonly state: 'open'; readonly why: string }
  | { readonly state: 'unknown'; readonly why: string };

/** Somebody else who may write. */
export interface Writer {
  /** `User:*` is everyone. */
  readonly principal: string;
  readonly topics: readonly string[];
}

const everyone = 'User:*';
const ownPrefix = 'causeway.';

/**
 * `rules`: all about topics; undefined where the cluster has no authorizer. `login`: whoever asks, as far as
 * it is known.
 */
export function protectionOf(
  topics: readonly string[],
  rules: readonly TopicRule[] | undefined,
  login: string | undefined,
): Protection {
  if (rules === undefined) return { state: 'open', why: 'the cluster has no authorizer' };
  if (topics.length === 0) return { state: 'unknown', why: 'there is no mirror yet' };
  const own = ownPrincipals(rules, login);
  const writers = new Map<string, string[]>();
  const unruled: string[] = [];
  for (const topic of topics) {
    const about = rules.filter((rule) => isAbout(rule, topic));
    if (about.length === 0) unruled.push(topic);
    for (const principal of writersBy(about)) {
      if (!own.has(principal)) writers.set(principal, [...(writers.get(principal) ?? []), topic]);
    }
  }
  if (writers.size > 0) {
    return { state: 'writable', by: [...writers].map(([principal, of]) => ({ principal, topics: of })) };
  }
  if (unruled.length === 0) return { state: 'protected' };
  const why = `no rule is about ${unruled.slice(0, 3).join(', ')}${unruled.length > 3 ? ' and others' : ''}`;
  return { state: 'unknown', why: `${why}: allow.everyone.if.no.acl.found of the brokers decides` };
}

/** Whoever is let into the ledger by a rule that is about it, and not about everything. */
function ownPrincipals(rules: readonly TopicRule[], login: string | undefined): ReadonlySet<string> {
  const intoLedger = rules.filter((rule) => {
    const isAboutLedger = isAbout(rule, observedTopic) && rule.resource.startsWith(ownPrefix);
    return rule.allows && isWriting(rule) && isAboutLedger && rule.principal !== everyone;
  });
  const own = new Set(intoLedger.map(({ principal }) => principal));
  if (login !== undefined) own.add(login);
  return own;
}

/** Of one topic. What is denied for some hosts only leaves others. */
function writersBy(about: readonly TopicRule[]): Set<string> {
  const writing = about.filter(isWriting);
  const denied = writing.filter(({ allows, host }) => !allows && host === '*');
  const isDenied = (principal: string) =>
    denied.some((rule) => rule.principal === principal || rule.principal === everyone);
  const allowed = writing.filter(({ allows, principal }) => allows && !isDenied(principal));
  return new Set(allowed.map(({ principal }) => principal));
}

const isWriting = ({ operation }: TopicRule): boolean => operation !== 'other';
