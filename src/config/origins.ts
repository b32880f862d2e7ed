/** Origins of settings: of web pages, and of apps that have no web page (RFC 6454; WebAuthn Level 3 §5.8.1). */

/** `https://id.example.com`, as browsers write it; undefined for what is no origin of the web. */
export function parseWebOrigin(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isOrigin = url && /^https?:$/.test(url.protocol) && url.pathname === '/' && !url.search && !url.hash
  // `origin` leaves a name and password out, and the mark of an empty query: such a text is no origin.
  return isOrigin && !url.username && !url.password && !/[?#@]/.test(text) ? url.origin : undefined
}

/** Those of the web are read as such. `null` is the origin of every file and sandbox, and the others are of no app. */
const NOT_OF_APPS = /^(?:https?|wss?|ftp|file|data|blob|about|javascript|filesystem|view-source|android|ios)$/
/** As Capacitor, Ionic, Tauri, Electron and browser extensions send it in `Origin`. */
const APP_ORIGIN = /^([a-z][a-z0-9+.-]*):\/\/[A-Za-z0-9._~-]+(?::\d{1,5})?$/
/** SHA-256 of the certificate that signed an app, in base64url without padding. */
const ANDROID_APP = /^android:apk-key-hash(?:-sha256)?:[A-Za-z0-9_-]{43}$/

/** `capacitor://localhost`: compared as text, so it must be written as it is sent. */
export const isAppOrigin = (text: string): boolean => {
  const scheme = APP_ORIGIN.exec(text)?.[1]
  return scheme !== undefined && !NOT_OF_APPS.test(scheme)
}

/** `android:apk-key-hash:…`, the origin of passkeys in an Android app. It is in no `Origin` header. */
export const isAndroidApp = (text: string): boolean => ANDROID_APP.test(text)
