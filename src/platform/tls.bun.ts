/** The certificate of TLS_CERT and TLS_KEY, checked before the server listens: then a message can name the wrong file. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type Config, ConfigError } from '../config.ts'

export interface Tls {
  cert: string
  key: string
}

type TlsVariable = 'TLS_CERT' | 'TLS_KEY'

/**
 * Undefined without both variables. Reads the files once, so a renewed certificate needs a restart. Throws `ConfigError` with
 * the variable of a file that cannot be read, that is no PEM, or that does not belong to the other one.
 */
export function readTls({ variables }: Pick<Config, 'variables'>): Tls | undefined {
  const { TLS_CERT, TLS_KEY } = variables
  if (TLS_CERT === undefined || TLS_KEY === undefined) return undefined
  const [cert, key] = [read('TLS_CERT', TLS_CERT), read('TLS_KEY', TLS_KEY)]
  if (!certificate(cert).checkPrivateKey(privateKey(key)))
    throw new ConfigError('TLS_KEY', 'is not the key of the certificate in TLS_CERT')
  return { cert, key }
}

function read(name: TlsVariable, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as { code?: unknown } // of node:fs
    throw new ConfigError(name, `cannot be read (${String(code)}): set the path of a PEM file`)
  }
}

/** The first certificate of the file is the one of the server. The others of its chain follow. */
function certificate(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem)
  } catch {
    throw new ConfigError('TLS_CERT', 'is no certificate: set a PEM file with the certificate, and its chain after it')
  }
}

function privateKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem)
  } catch {
    throw new ConfigError('TLS_KEY', 'is no private key: set a PEM file without a passphrase')
  }
}
