// What a cluster said of each topic where the Kafka library throws because it refused some of them.
import { kafkaError, kafkaErrorName } from '../wire/error-codes.ts';

export interface DescribedTopic {
  readonly resourceName: string;
  readonly configs: readonly { readonly name: string; readonly value?: string | null | undefined }[];
  /** Kafka's name of the error where the topic may not be looked at. */
  readonly refusal?: string;
}

interface AnsweredTopic extends DescribedTopic {
  readonly errorCode: number;
}

/** Throws `thrown` again unless permissions are all that is missing. */
export function settingsInAnswer(thrown: unknown): DescribedTopic[] {
  const results = resultsIn(thrown);
  if (results === undefined) throw thrown;
  return results.map(({ errorCode, resourceName, configs }) => {
    if (errorCode === kafkaError.NONE) return { resourceName, configs };
    if (errorCode !== kafkaError.TOPIC_AUTHORIZATION_FAILED) throw thrown;
    return { resourceName, configs: [], refusal: kafkaErrorName(errorCode) };
  });
}

function resultsIn(thrown: unknown, depth = 0): readonly AnsweredTopic[] | undefined {
  if (!(thrown instanceof Error) || depth > 8) return undefined;
  const { response } = thrown as { response?: { results?: unknown } };
  if (Array.isArray(response?.results)) return response.results as AnsweredTopic[];
  const inner: unknown[] = thrown instanceof AggregateError ? thrown.errors : [];
  // One request per call: what it answered stands once.
  for (const error of [...inner, thrown.cause]) {
    const found = resultsIn(error, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}
