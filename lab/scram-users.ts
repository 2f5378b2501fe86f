// Users of SCRAM on a cluster: Kafka keeps what follows from their passwords (KIP-554).
import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { alterUserScramCredentialsV0, Connection } from '@platformatic/kafka';

const iterations = 4096;
const kinds = [
  { mechanism: 1, hash: 'sha256', bytes: 32 },
  { mechanism: 2, hash: 'sha512', bytes: 64 },
] as const;

/** Both kinds of SCRAM for one user, through a listener that asks for no login. */
export async function addScramUser(address: string, name: string, password: string): Promise<void> {
  const [host = '', port] = address.split(':');
  const connection = new Connection('causeway-lab', { connectTimeout: 2_000, requestTimeout: 15_000 });
  await connection.connect(host, Number(port));
  try {
    // Kafka takes one kind per user and request.
    for (const { mechanism, hash, bytes } of kinds) {
      const salt = randomBytes(16);
      const saltedPassword = pbkdf2Sync(password, salt, iterations, bytes, hash);
      const upsertion = { name, mechanism, iterations, salt, saltedPassword };
      await alterUserScramCredentialsV0.api.async(connection, [], [upsertion]);
    }
  } finally {
    await connection.close();
  }
}
