/**
 * In place of `@peculiar/x509` and what it brings, 250 KB: @simplewebauthn/server looks into certificates of authenticators
 * with it, and passkeys that come with any are refused before (`modules/passkeys/verify-credential.ts`).
 */
class Absent {
  constructor() {
    throw new Error('this bundle has no X.509')
  }
}

export class X509Certificate extends Absent {}
export class X509ChainBuilder extends Absent {}
export class X509Crl extends Absent {}
export class AuthorityKeyIdentifierExtension extends Absent {}
export class CRLDistributionPointsExtension extends Absent {}
export class SubjectKeyIdentifierExtension extends Absent {}
/** Of `@peculiar/asn1-android`. */
export class KeyDescription extends Absent {}
export const id_ce_keyDescription = '1.3.6.1.4.1.11129.2.1.17'
