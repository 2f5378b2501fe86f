// One address, from its name to the login: bootstrap servers, and brokers as they advertise themselves.
import { CausewayError, describeError } from '../../base/errors.ts';
import { isRefusal } from '../../kafka/client/connection.ts';
import { NoAnswer, probeSocket, probeTls, resolveName, type TlsSight } from '../../kafka/client/probe.ts';
import { addressText, type BrokerAddress, isName } from '../../kafka/client/socket.ts';
import { explainTls } from '../../kafka/security/tls-errors.ts';
import type { Check } from '../check.ts';
import { ok, problem, type Said, saidOf } from '../finding.ts';
import type { RegionSite } from '../region-site.ts';
import { answerWaitMs } from '../run-checks.ts';
import { certificateEnd } from './certificate-end.ts';
import { distrusted, noTls } from './distrust.ts';

export interface PlaceToReach {
  readonly site: RegionSite;
  readonly address: BrokerAddress;
  /** -1 for a bootstrap server. */
  readonly brokerId: number;
}

export function addressChecks(place: PlaceToReach): Check[] {
  const { site, address, brokerId } = place;
  const who = brokerId < 0 ? '' : `broker ${brokerId} at `;
  const where = `${site.name} ${who}${addressText(address)}`;
  const { tls, sasl } = site.security.settings;
  const check = (name: string, needs: string, run: Check['run']): Check => {
    return { name, where, needs: needs === '' ? [] : [needs], failsAs: 'problem', run };
  };
  const checks = [
    check('DNS', '', async () => [await findName(place)]),
    check('TCP', 'DNS', async () => [await connect(place)]),
  ];
  if (tls !== undefined) checks.push(check('TLS', 'TCP', () => agreeOnTls(place)));
  let entry: Entry = {};
  const open = async () => {
    try {
      entry = await openConnection(place);
      return [entry.refusedAt === undefined ? ok('speaks Kafka’s protocol') : spared(entry.refusedAt)];
    } catch (error) {
      if (!(error instanceof CausewayError)) throw error;
      return [withoutPlace({ ...saidOf(error), ...(error.code === 'CW-3002' && silent) })];
    }
  };
  checks.push(check('protocol', tls === undefined ? 'TCP' : 'TLS', open));
  if (sasl === undefined) return checks;
  const login = () => Promise.resolve([saidOfLogin(entry, sasl.mechanism)]);
  return [...checks, check('login', 'protocol', login)];
}

/** The socket was opened before: it is not the address that is wrong. */
const silent = {
  why: 'The port is open, and nobody answers there as a broker does.',
  next:
    'Look whether a broker listens there and how busy it is, at load balancers in between, and whether the ' +
    'listener asks for a login (security.protocol).',
};

/** The place stands in front of every finding already. */
function withoutPlace(said: Said): Said {
  const what = said.what
    .replace(/^broker(?: \d+)? at \S+: (?:cannot connect: )?/, '')
    .replace(/ \(\d+ requests? under way\)$/, '');
  return { ...said, what };
}

async function findName({ site, address, brokerId }: PlaceToReach): Promise<Said> {
  const { host } = address;
  if (!isName(host)) return ok('an address, no name');
  try {
    return ok(`${host} is ${(await resolveName(host)).join(', ')}`);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const silent =
      code === 'EAI_AGAIN' ? 'the name server does not answer' : `there is no such name (${code})`;
    const what = `the name ${host} cannot be resolved here: ${silent}`;
    return problem(`${what}${advertisedBy(brokerId)}`, {
      code: 'CW-3002',
      ...remedy(site, brokerId, 'name'),
    });
  }
}

async function connect({ site, address, brokerId }: PlaceToReach): Promise<Said> {
  const { clock, waitMs } = site.parts;
  try {
    await probeSocket(address, { clock, waitMs: answerWaitMs(waitMs) });
    return ok('the port is open');
  } catch (error) {
    const what = `${whyNoSocket(error)} at ${addressText(address)}${advertisedBy(brokerId)}`;
    return problem(what, { code: 'CW-3002', ...remedy(site, brokerId, 'port') });
  }
}

function whyNoSocket(error: unknown): string {
  if (error instanceof NoAnswer) return 'no answer to an attempt to connect';
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ECONNREFUSED') return 'nothing listens (connection refused)';
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH') return 'there is no way to the host';
  return `no connection (${describeError(error)})`;
}

const advertisedBy = (brokerId: number): string =>
  brokerId < 0 ? '' : `, the address that broker ${brokerId} advertises`;

function remedy({ name }: RegionSite, brokerId: number, what: 'name' | 'port') {
  if (brokerId < 0) {
    return {
      why: 'This address of bootstrap.servers leads to no broker.',
      next:
        what === 'name'
          ? `Mend bootstrap.servers of ${name} in causeway.yaml, or the name server that this machine asks.`
          : `Look whether the broker runs, at firewalls, and at bootstrap.servers of ${name} in the file.`,
    };
  }
  return {
    why: 'Clients go on to the addresses that brokers advertise, and each must be reachable.',
    next:
      'Name in bootstrap.servers a listener that is meant for this machine, or mend advertised.listeners ' +
      'of the broker.',
  };
}

async function agreeOnTls({ site, address, brokerId }: PlaceToReach): Promise<Said[]> {
  const { clock, waitMs } = site.parts;
  const tls = (await site.security.tlsOptions()) ?? {};
  let sight: TlsSight;
  try {
    sight = await probeTls(address, tls, { clock, waitMs: answerWaitMs(waitMs) });
  } catch (error) {
    const why = error instanceof Error ? explainTls(error, false) : undefined;
    const next =
      'Name a port that speaks TLS, or set security.protocol to PLAINTEXT or SASL_PLAINTEXT; where the ' +
      'broker asks for a certificate, look at ssl.keystore.';
    const what = `${why ?? describeError(error)}${advertisedBy(brokerId)}`;
    return [problem(what, { code: 'CW-3011', why: noTls, next })];
  }
  const { protocol, chain, distrust } = sight;
  const [shown] = chain;
  const nowMs = clock.wallMs();
  const isOver = shown !== undefined && shown.ends.getTime() <= nowMs;
  if (distrust !== undefined && !isOver) return [distrusted(address.host, sight, distrust, nowMs)];
  if (shown === undefined) return [ok(`${protocol}; the broker shows no certificate`, protocol)];
  return [certificateEnd('the broker’s certificate', shown, nowMs, 'CW-3011')];
}

/** How a connection was taken; empty where it was let in. */
interface Entry {
  readonly refusal?: CausewayError;
  /** The address that has refused the login; then it was not tried here. */
  readonly refusedAt?: string;
}

const spared = (refusedAt: string): Said => ({
  state: 'not-run',
  what: `the login was refused at ${refusedAt}, and is not tried again`,
});

function saidOfLogin({ refusal, refusedAt }: Entry, mechanism: string): Said {
  if (refusal !== undefined) return withoutPlace(saidOf(refusal));
  return refusedAt === undefined ? ok(`let in by ${mechanism}`, mechanism) : spared(refusedAt);
}

/** A refused login is handed back: the port speaks Kafka. Throws everything else. */
async function openConnection({ site, address, brokerId }: PlaceToReach): Promise<Entry> {
  try {
    const refusedAt = await site.open(address, brokerId);
    return refusedAt === undefined ? {} : { refusedAt };
  } catch (error) {
    if (!(error instanceof CausewayError)) throw error;
    if (error.code === 'CW-3012' || error.code === 'CW-3014') return { refusal: error };
    if (isRefusal(error)) throw error;
    throw nonsenseFrom(error) ?? error;
  }
}

/** The first bytes of `HTTP/1.1 400`, read as a length. */
const httpLength = 0x48545450;

/** An answer that is not Kafka’s, in words; undefined for other errors. */
function nonsenseFrom(error: CausewayError): CausewayError | undefined {
  for (let at: unknown = error; at instanceof CausewayError; at = at.cause) {
    if (at.code !== 'CW-3005') continue;
    const what = at.details['length'] === httpLength ? 'it speaks HTTP' : at.message;
    return new CausewayError('CW-3005', `what listens there is no Kafka broker: ${what}`, at.details);
  }
  return undefined;
}
