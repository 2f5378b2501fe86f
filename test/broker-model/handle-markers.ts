// WriteTxnMarkers of a client at one broker, where it may.
import { kafkaError } from '../../src/kafka/wire/error-codes.ts';
import type { WriteTxnMarkersRequest, WrittenMarker } from '../../src/kafka/wire/messages.ts';
import type { ModelBroker } from './model-broker.ts';
import { refuseMarkers, writeMarkers } from './write-markers.ts';

export function handleWriteTxnMarkers(
  broker: ModelBroker,
  { markers }: WriteTxnMarkersRequest,
  respond: (answer: WrittenMarker[]) => void,
): void {
  if (broker.site.permitsMarkers) writeMarkers(broker, markers, respond);
  else respond(refuseMarkers(markers, kafkaError.CLUSTER_AUTHORIZATION_FAILED));
}
