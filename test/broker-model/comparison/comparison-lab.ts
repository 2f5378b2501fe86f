// A lab whose brokers are compared with the model: one region, and settings that keep waits short and leave
// nothing to the brokers' own moods.
import { type Lab, startLab } from '../../../lab/lab.ts';
import type { LabOptions } from '../../../lab/lab-options.ts';
import { type BrokerFaults, RealBrokers } from './real-brokers.ts';

/** As in the labs of other tests, so that CAUSEWAY_KAFKA_VERSION may name its version. */
const region = 'eu-west';

const brokerSettings = {
  'auto.leader.rebalance.enable': 'false',
  // The model has one, too: who coordinates is the same for every transactional id.
  'transaction.state.log.num.partitions': '1',
  // Long enough for a broker that another one's start keeps from the processor.
  'broker.session.timeout.ms': '4000',
  'broker.heartbeat.interval.ms': '500',
  // Leads are moved often, and each move is two records of the controllers' log.
  'controller.quorum.append.linger.ms': '0',
  'controller.quorum.election.timeout.ms': '500',
  'controller.quorum.election.backoff.max.ms': '200',
  // A log start travels to followers with their next fetch.
  'replica.fetch.wait.max.ms': '20',
  'replica.fetch.backoff.ms': '50',
  // Log starts and high watermarks are written down at an orderly stop alone.
  'log.flush.start.offset.checkpoint.interval.ms': '86400000',
  'replica.high.watermark.checkpoint.interval.ms': '86400000',
  'max.incremental.fetch.session.cache.slots': '10000',
  'log.cleaner.backoff.ms': '100',
  'log.retention.check.interval.ms': '200',
  'log.initial.task.delay.ms': '100',
};

export interface ComparisonLab extends AsyncDisposable {
  readonly lab: Lab;
  readonly real: RealBrokers;
}

export async function startComparisonLab(
  brokers: number,
  {
    kafkaVersion,
    settings = {},
  }: { kafkaVersion?: string | undefined; settings?: Record<string, string> } = {},
): Promise<ComparisonLab> {
  const options: LabOptions = { regions: [{ name: region, brokers }], wan: 'none' };
  const lab = await startLab({
    ...options,
    brokerSettings: { ...brokerSettings, ...settings },
    ...(kafkaVersion !== undefined && { kafkaVersion }),
  });
  try {
    const servers = lab.bootstrapServers(region).split(',');
    const real = await RealBrokers.of({ servers, faults: faultsOf(lab) });
    const end = async () => {
      await real.close();
      await lab.close();
    };
    return { lab, real, [Symbol.asyncDispose]: end };
  } catch (error) {
    await lab.close();
    throw error;
  }
}

function faultsOf(lab: Lab): BrokerFaults {
  const brokerAt = (number: number) => {
    const found = lab.region(region).brokers.find(({ plan }) => plan.nodeId === number);
    if (found === undefined) throw new Error(`the lab has no broker ${number}`);
    return found;
  };
  return {
    stop: (broker) => brokerAt(broker).stop(),
    kill: (broker) => lab.faults.kill(region, broker),
    start: (broker) => lab.faults.start(region, broker),
    freeze: (broker) => lab.faults.pause(region, broker),
    thaw: (broker) => lab.faults.resume(region, broker),
  };
}
