// A rule of an authorizer about topics, as a cluster shows it, and which topics it is about (KIP-290).

export interface TopicRule {
  /** `User:*` is everyone. */
  readonly principal: string;
  /** `*` is every host. */
  readonly host: string;
  /** False where it denies. */
  readonly allows: boolean;
  /** Only those that concern writing are told apart. */
  readonly operation: 'Write' | 'All' | 'other';
  /** A name, the beginning of names, or `*` for every topic. */
  readonly resource: string;
  readonly pattern: 'literal' | 'prefixed';
}

export function isAbout({ resource, pattern }: TopicRule, topic: string): boolean {
  if (pattern === 'prefixed') return topic.startsWith(resource);
  return resource === '*' || resource === topic;
}
