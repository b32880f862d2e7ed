/** A self-signed certificate for `localhost` and 127.0.0.1 (RFC 5280), made here so that no program is needed. */
import { generateKeyPairSync, sign, X509Certificate } from 'node:crypto'

const der = (tag: number, ...parts: Uint8Array[]): Uint8Array => {
  const body = Buffer.concat(parts)
  const { length } = body
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Uint8Array.of(tag, ...size), body])
}
const sequence = (...parts: Uint8Array[]) => der(0x30, ...parts)
const bytes = (...values: number[]) => Uint8Array.from(values)
const ECDSA_WITH_SHA256 = sequence(der(6, bytes(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02)))
const COMMON_NAME = der(6, bytes(0x55, 4, 3))
const SUBJECT_ALT_NAME = der(6, bytes(0x55, 0x1d, 0x11))
const time = (date: Date) =>
  der(0x17, Buffer.from(`${date.toISOString().replaceAll(/[-:T]/g, '').slice(2, 14)}Z`, 'latin1'))

export interface TestCertificate {
  cert: string
  key: string
}

/** Both as PEM. Valid from a day ago for a week. */
export function selfSigned(): TestCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const name = sequence(der(0x31, sequence(COMMON_NAME, der(0x0c, Buffer.from('localhost')))))
  const now = Date.now()
  const names = sequence(der(0x82, Buffer.from('localhost')), der(0x87, bytes(127, 0, 0, 1)))
  const toBeSigned = sequence(
    der(0xa0, der(2, bytes(2))),
    der(2, bytes(1)),
    ECDSA_WITH_SHA256,
    name,
    sequence(time(new Date(now - 86_400_000)), time(new Date(now + 7 * 86_400_000))),
    name,
    publicKey.export({ format: 'der', type: 'spki' }),
    der(0xa3, sequence(sequence(SUBJECT_ALT_NAME, der(4, names)))),
  )
  const signature = sign('sha256', toBeSigned, privateKey)
  const certificate = sequence(toBeSigned, ECDSA_WITH_SHA256, der(3, bytes(0), signature))
  const base64 = Buffer.from(certificate).toString('base64').replaceAll(/.{64}/g, '$&\n')
  const cert = `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`
  if (!new X509Certificate(cert).checkPrivateKey(privateKey)) throw new Error('the certificate is wrong')
  return { cert, key: privateKey.export({ format: 'pem', type: 'pkcs8' }) as string }
}
