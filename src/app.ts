/** The table of contents. Building it does nothing: no I/O, no globals; many apps can live in one process. */
import { cors } from '@elysiajs/cors'
import { type AnyElysia, Elysia, type ElysiaConfig } from 'elysia'
import type { Deps } from './deps.ts'
import { assertMarked } from './http/access.ts'
import { allowedMethods } from './http/allowed-methods.ts'
import { bodies, withoutParsersOfReads } from './http/bodies.ts'
import { problems } from './http/problems.ts'
import { requestLog } from './http/request-log.ts'
import { requests } from './http/requests.ts'
import { auditEvents } from './modules/audit-events/routes.ts'
import { anonymousAuth } from './modules/auth/anonymous-routes.ts'
import { authByMail } from './modules/auth/mail-routes.ts'
import { mfaByPasskey } from './modules/auth/mfa-passkey-routes.ts'
import { authByFactor } from './modules/auth/mfa-routes.ts'
import { authByPasskey } from './modules/auth/passkey-routes.ts'
import { auth } from './modules/auth/routes.ts'
import { stepUpRoutes } from './modules/auth/step-up-routes.ts'
import { docs } from './modules/docs/routes.ts'
import { health } from './modules/health/routes.ts'
import { myIdentities } from './modules/identities/identity-routes.ts'
import { providers } from './modules/identities/routes.ts'
import { jobs } from './modules/jobs/routes.ts'
import { keys } from './modules/keys/routes.ts'
import { devMail } from './modules/mail/dev-routes.ts'
import { myFactors } from './modules/me/mfa-routes.ts'
import { myPasskeys } from './modules/me/passkey-routes.ts'
import { myPassword } from './modules/me/password-routes.ts'
import { me } from './modules/me/routes.ts'
import { mySessions } from './modules/me/session-routes.ts'
import { myUpgrade } from './modules/me/upgrade-routes.ts'
import { userFactors } from './modules/mfa/routes.ts'
import { pages } from './modules/pages/routes.ts'
import { passkeys } from './modules/passkeys/routes.ts'
import { roles } from './modules/roles/routes.ts'
import { setup } from './modules/setup/routes.ts'
import { users } from './modules/users/routes.ts'

const CORS = {
  methods: ['GET', 'POST', 'PATCH', 'DELETE'],
  allowedHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'If-Match', 'X-Request-Id'],
  exposeHeaders: [
    'ETag',
    'Idempotency-Replayed',
    'Location',
    'RateLimit',
    'RateLimit-Policy',
    'Retry-After',
    'X-Request-Id',
  ],
  credentials: true,
  maxAge: 600,
}

/** What a runtime may ask of the framework: Workers need an adapter that builds no Response at start-up. */
export type AppOptions = Pick<ElysiaConfig<''>, 'adapter'>

export function createApp(deps: Deps, { adapter }: AppOptions = {}) {
  const { corsOrigins } = deps.config
  // The plugin compares a list loosely: `toString` and `x://https://good.example` would pass.
  const isAllowed = ({ headers }: Request) => corsOrigins.includes(headers.get('origin') ?? '')
  const app = new Elysia({ name: 'threeger', normalize: false, ...(adapter === undefined ? {} : { adapter }) })
    .use(problems(deps, (path: string): string[] => allowedMethods(app, path)))
    .use(corsOrigins.length > 0 ? cors({ ...CORS, origin: isAllowed }) : new Elysia())
    .use(requests(deps))
    .use(requestLog(deps))
    .use(bodies(deps, (): AnyElysia['routes'] => app.routes))
    .use(health(deps))
    .use(keys(deps))
    .use(passkeys(deps))
    .use(setup(deps))
    .use(auth(deps))
    .use(anonymousAuth(deps))
    .use(stepUpRoutes(deps))
    .use(authByMail(deps))
    .use(authByFactor(deps))
    .use(authByPasskey(deps))
    .use(mfaByPasskey(deps))
    .use(providers(deps))
    .use(me(deps))
    .use(myUpgrade(deps))
    .use(myFactors(deps))
    .use(myPassword(deps))
    .use(myPasskeys(deps))
    .use(mySessions(deps))
    .use(myIdentities(deps))
    .use(users(deps))
    .use(userFactors(deps))
    .use(roles(deps))
    .use(auditEvents(deps))
    .use(jobs(deps))
    .use(deps.config.development ? devMail(deps) : new Elysia())
    .use(pages(deps))
    .use(docs(deps, (): AnyElysia['routes'] => app.routes))
  withoutParsersOfReads(app)
  assertMarked(app)
  return app
}

export type App = ReturnType<typeof createApp>
