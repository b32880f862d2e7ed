/**
 * Keycloak: the users in a realm export, `kc.sh export` (`UserRepresentation` and `CredentialRepresentation` of its Admin API).
 */
import {
  fullName,
  isTrue,
  listOf,
  ownWords,
  type Reader,
  rowOf,
  statusOf,
  textOf,
  timeOf,
  usernameOf,
  type Values,
  valuesOf,
  WITHOUT_EMAIL,
} from './reader.ts'

const READS =
  'email,emailVerified,firstName,lastName,enabled,credentials,createdTimestamp,username,attributes,serviceAccountClientId'

export const keycloak: Reader = {
  arrayIn: 'users',
  reads: READS.split(','),
  take(record) {
    if (textOf(record.serviceAccountClientId) !== undefined) return { left: ['service accounts'] }
    const email = textOf(record.email)
    if (email === undefined) return WITHOUT_EMAIL
    const credentials = listOf(record.credentials).map(valuesOf)
    const password = credentials.find(({ type }) => type === 'password')
    const hash = password && hashOf(password)
    const { username, left } = usernameOf(record.username, email)
    return {
      user: rowOf({
        email,
        name: fullName(record.firstName, record.lastName),
        username,
        emailVerified: isTrue(record.emailVerified),
        passwordHash: hash,
        status: statusOf(!isTrue(record.enabled)),
        createdAt: timeOf(record.createdTimestamp),
        privateMetadata: ownWords('attributes', record.attributes),
      }),
      left: [
        ...left,
        ...new Set(
          credentials.filter(({ type }) => type !== 'password').map(({ type }) => `credentials ${String(type)}`),
        ),
        ...(password && hash === undefined ? ['passwords in an unknown form'] : []),
      ],
    }
  },
}

const NO_PADDING = /=+$/

function hashOf(credential: Values): string | undefined {
  const { algorithm, hashIterations, additionalParameters } = valuesOf(credential.credentialData)
  const { value, salt } = valuesOf(credential.secretData)
  const [key, saltText] = [textOf(value), textOf(salt)]
  if (key === undefined || saltText === undefined) return undefined
  if (algorithm === 'argon2') {
    // Each parameter is a list with one text.
    const parameters = valuesOf(additionalParameters)
    const [type, memory, parallelism, version] = ['type', 'memory', 'parallelism', 'version'].map((name) =>
      String(listOf(parameters[name])[0] ?? ''),
    )
    // PHC strings have version 1.3 as 19.
    const v = version === '1.3' || version === '' ? 19 : 16
    return `$argon2${type}$v=${v}$m=${memory},t=${String(hashIterations)},p=${parallelism}$${saltText.replace(NO_PADDING, '')}$${key.replace(NO_PADDING, '')}`
  }
  return /^pbkdf2(?:-sha(?:256|512))?$/.test(String(algorithm))
    ? `$${String(algorithm)}$i=${String(hashIterations)}$${saltText}$${key}`
    : undefined
}
