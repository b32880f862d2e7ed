/** Origins in environment variables. Each function throws `ConfigError`, which names the variable. */
import { ConfigError } from './config-findings.ts'
import { isAndroidApp, isAppOrigin, parseWebOrigin } from './origins.ts'

/** The origin of a page: `https://id.example.com`. Throws `ConfigError`. */
export function parseOrigin(variable: string, text: string): string {
  refuseWildcard(variable, text)
  const origin = parseWebOrigin(text)
  if (origin === undefined)
    throw new ConfigError(variable, 'must be an origin such as https://id.example.com, without a path')
  return origin
}

const refuseWildcard = (variable: string, text: string): void => {
  if (text.includes('*'))
    throw new ConfigError(
      variable,
      'takes no wildcard: with credentials, a wildcard would let every site act as the user',
    )
}

/** The origin of a page, or of an app, which is compared as text. */
export function parseCaller(text: string): string {
  refuseWildcard('CORS_ORIGINS', text)
  const origin = isAppOrigin(text) ? text : parseWebOrigin(text)
  if (origin === undefined)
    throw new ConfigError(
      'CORS_ORIGINS',
      'takes origins of pages, such as https://app.example.com, and of apps, such as capacitor://localhost or tauri://localhost. Write them without a path, and the scheme in lower case',
    )
  return origin
}

/** The origin of a page, or of an Android app (WebAuthn Level 3, §13.4.9). */
export function parsePasskeyOrigin(text: string): string {
  refuseWildcard('PASSKEY_ORIGINS', text)
  const origin = isAndroidApp(text) || isAppOrigin(text) ? text : parseWebOrigin(text)
  if (origin === undefined)
    throw new ConfigError(
      'PASSKEY_ORIGINS',
      'takes origins of pages, such as https://app.example.com, without a path. It also takes Android apps: android:apk-key-hash: and the SHA-256 of the signing certificate in base64url, 43 characters without padding',
    )
  return origin
}
