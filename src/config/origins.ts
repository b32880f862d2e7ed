/** Origins in settings: of web pages, and of apps without a web page (RFC 6454; WebAuthn Level 3 §5.8.1). */

/**
 * Returns an origin such as `https://id.example.com` in the form that browsers use; undefined for a text that is not a
 * web origin.
 */
export function parseWebOrigin(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isOrigin = url && /^https?:$/.test(url.protocol) && url.pathname === '/' && !url.search && !url.hash
  // `origin` has no user, password or empty query. A text with one of these is not an origin.
  return isOrigin && !url.username && !url.password && !/[?#@]/.test(text) ? url.origin : undefined
}

/**
 * Schemes of other origins. Web schemes are parsed as web origins. Files and sandboxes have the origin `null`. The
 * others do not belong to apps.
 */
const NOT_OF_APPS = /^(?:https?|wss?|ftp|file|data|blob|about|javascript|filesystem|view-source|android|ios)$/
/** The form in which Capacitor, Ionic, Tauri, Electron and browser extensions send `Origin`. */
const APP_ORIGIN = /^([a-z][a-z0-9+.-]*):\/\/[A-Za-z0-9._~-]+(?::\d{1,5})?$/
/** SHA-256 of the certificate that signed an app, in base64url without padding. */
const ANDROID_APP = /^android:apk-key-hash(?:-sha256)?:[A-Za-z0-9_-]{43}$/

/** `capacitor://localhost`: compared as text, so the setting must be written exactly as the app sends it. */
export const isAppOrigin = (text: string): boolean => {
  const scheme = APP_ORIGIN.exec(text)?.[1]
  return scheme !== undefined && !NOT_OF_APPS.test(scheme)
}

/** `android:apk-key-hash:…`, the origin of passkeys in an Android app. It never appears in an `Origin` header. */
export const isAndroidApp = (text: string): boolean => ANDROID_APP.test(text)
