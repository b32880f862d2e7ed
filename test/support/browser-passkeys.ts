/** Passkeys in a real browser: an authenticator of the device, and a passkey in it. */
import type { Page } from 'playwright-core'

/** An authenticator of the device. While a person is there, that person agrees to everything. */
export async function addAuthenticator(page: Page, isThere = true) {
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('WebAuthn.enable')
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: isThere,
    },
  })
  /** Autofill of the sign-in page uses a passkey as soon as somebody is there. */
  const presence = (enabled: boolean) =>
    cdp.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled })
  return { cdp, authenticatorId, presence }
}

/** Adds a passkey to the account of this token, over the API. Leaves the page at `/livez`. Returns the status. */
export async function addPasskey(page: Page, origin: string, accessToken: string): Promise<number> {
  await page.goto(`${origin}/livez`)
  return page.evaluate(async (token) => {
    const send = (path: string, body: unknown) =>
      fetch(path, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    const { challenge, options } = (await (await send('/v1/me/passkeys/options', {})).json()) as {
      challenge: string
      options: PublicKeyCredentialCreationOptionsJSON
    }
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options)
    const credential = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential
    return (await send('/v1/me/passkeys', { challenge, credential: credential.toJSON() })).status
  }, accessToken)
}
