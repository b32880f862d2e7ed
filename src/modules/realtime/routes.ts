/** `GET /v1/realtime`: lets clients in. What they say then is in `conversation.ts`. */
import { Elysia } from 'elysia'
import type { Cause } from '../../core/events/queries.ts'
import { limitAddressHere } from '../../core/limits/request-budgets.ts'
import type { Credential } from '../../core/rooms/model.ts'
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { access } from '../../http/access.ts'
import { createCauseOf } from '../../http/cause.ts'
import { clientFinder, requestOfClient } from '../../http/find-client.ts'
import { createAsyncApiDocument } from '../../http/openapi/asyncapi.ts'
import { requireSocketOrigin } from '../../http/origins.ts'
import { failures, limited } from '../../http/responses.ts'
import { publicFile } from '../../http/public-files.ts'
import { ofRelease } from '../../http/shared-caching.ts'
import { streamCredentials } from '../../http/stream-credentials.ts'
import { readSessionCookie } from '../../lib/cookies.ts'
import { EXPECTED_USER } from '../../lib/expected-user.ts'
import { type Admission, admitUpgrade, isOffered } from './admissions.ts'
import { realtimeChannels } from './channels-schema.ts'
import { Upgraded } from './handshake-schema.ts'
import { watchOf } from './watch.ts'

export const routes = (deps: Deps) => {
  const { config } = deps
  const credentials = streamCredentials(deps)
  const watch = watchOf(deps)
  const causeOf = createCauseOf(deps)
  const findClient = clientFinder(deps)
  let asyncApi: string | undefined

  async function admit(request: Request, requestId: string, cause: Cause): Promise<void> {
    const { headers } = request
    if (!isHandshake(request))
      throw problem('realtime.upgrade_required', { headers: { upgrade: 'websocket', connection: 'Upgrade' } })
    if (!isOffered(request)) throw problem('realtime.not_here')
    const cookie = readSessionCookie(headers.get('cookie'), config.appUrl)
    const showsToken = headers.has('authorization')
    requireSocketOrigin(request, config, { byCookie: cookie !== undefined && !showsToken })
    if (config.rateLimit) limitAddressHere(deps, 'realtime:address', cause)
    // Those on which nobody has authenticated count too, for the ten seconds that they may last.
    if (watch.size >= config.variables.STREAMS_PER_PROCESS) throw problem('server.busy', { retryAfterSeconds: 5 })
    const client = findClient(request)
    const address = client?.unreadable ? undefined : client?.address
    const authenticate = authenticator(address, headers.get('user-agent'), requestId)
    const shown = Object.fromEntries(
      CREDENTIAL_HEADERS.flatMap((name) => {
        const value = headers.get(name)
        return value === null ? [] : [[name, value]]
      }),
    )
    admitUpgrade(request, {
      deps,
      credential: showsToken || cookie !== undefined ? await authenticate(shown) : undefined,
      authenticate: messageAuthenticator(authenticate),
    })
  }

  /**
   * As if the client had sent this request. What is read again while the connection is open needs no more of the handshake, whose
   * headers would be kept as long as the connection. So this is made where the handshake cannot be seen.
   */
  const authenticator =
    (address: string | undefined, userAgent: string | null, requestId: string): Authenticate =>
    async (shown) => {
      const own = requestOfClient(address, `${config.appUrl}/v1/realtime`, {
        ...shown,
        ...(userAgent === null ? {} : { 'user-agent': userAgent }),
      })
      const credential = await credentials.authenticate(own, causeOf(own, requestId))
      // It has been read; the request stays for what rules may know of it.
      for (const name of CREDENTIAL_HEADERS) own.headers.delete(name)
      return credential
    }

  return new Elysia({ name: 'realtime', normalize: false })
    .use(access(deps))
    .get(
      '/v1/realtime',
      async ({ request, requestId, cause }) => {
        await admit(request, requestId, cause())
        return undefined // the runtime answers 101
      },
      {
        public: true,
        response: {
          101: Upgraded,
          ...failures(
            'realtime.upgrade_required',
            'realtime.not_here',
            'request.origin_refused',
            'session.expired',
            'apikey.invalid',
            'accesstoken.invalid',
            'server.busy',
          ),
        },
        detail: {
          ...limited,
          tags: ['Real time'],
          operationId: 'connectRealtime',
          summary: 'Connect to events as they happen, by WebSocket',
          description:
            'Upgrades the connection to a WebSocket (RFC 6455). Send `Authorization` or the session cookie with the handshake, or `authenticate` as the first message. Then send `{ "type": "subscribe", "room": "org:org_…" }`. `/asyncapi.json` describes every message. A page needs an allowed `Origin`.',
        },
      },
    )
    .get(
      '/asyncapi.json',
      ({ request, set }) => {
        asyncApi ??= JSON.stringify(createAsyncApiDocument(realtimeChannels, config))
        return publicFile(deps, { request, set }, asyncApi, {
          'content-type': 'application/json',
          'cache-control': ofRelease(config),
        })
      },
      { public: true, detail: { hide: true } },
    )
}

type Authenticate = (shown: Record<string, string>) => Promise<Credential>

const messageAuthenticator =
  (authenticate: Authenticate): Admission['authenticate'] =>
  (token, proof) =>
    authenticate(
      proof === undefined ? { authorization: `Bearer ${token}` } : { authorization: `DPoP ${token}`, dpop: proof },
    )

const CREDENTIAL_HEADERS = ['authorization', 'dpop', 'cookie', EXPECTED_USER]

const isHandshake = ({ method, headers }: Request): boolean =>
  method === 'GET' &&
  headers.get('upgrade')?.toLowerCase() === 'websocket' &&
  headers.get('sec-websocket-version') === '13' &&
  // RFC 6455 §4.2.1: 16 bytes in base64.
  /^[A-Za-z0-9+/]{22}==$/.test(headers.get('sec-websocket-key') ?? '')
