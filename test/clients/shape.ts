// What a shape of a log is to the tests: a topic's settings, and how its records come to be at the source.
import type { TestLink } from '../fixtures/test-link.ts';

export interface ShapeSite {
  readonly link: TestLink;
  readonly sourceServers: string;
  readonly targetServers: string;
  /** Where the source's broker keeps its logs. */
  readonly sourceFolder: string;
}

export interface Shape {
  readonly name: string;
  /** Kafka's own settings of the topic on both sides, and of one side only. */
  readonly config?: Readonly<Record<string, string>>;
  readonly source?: Readonly<Record<string, string>>;
  readonly target?: Readonly<Record<string, string>>;
  /** Both topics are there, and no mirror is at work yet. */
  write(site: ShapeSite, topic: string): Promise<void>;
  /** Whether a reader of uncommitted records sees more at the source than one of committed records. */
  readonly hasAborted?: boolean;
}
